-- A year's interest of a sub-account (rule PEN-8): on the opening balance, and on the month product (credit x months
-- until the year's end) at a twelfth of the rate; the two are rounded separately, half up to the fen.
create function interest(opening_fen bigint, product_fen bigint, rate_ppm integer) returns bigint
language sql immutable parallel safe
return share(opening_fen, rate_ppm)
     + sign(product_fen)::bigint * ((2 * abs(product_fen) * rate_ppm + 12000000) / 24000000);
