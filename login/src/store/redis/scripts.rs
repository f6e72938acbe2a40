//! The scripts that [`RedisLoginStore`](super::RedisLoginStore) runs. Each is atomic.
//!
//! A login is a hash; the ids of a user's logins are a sorted set, with their expiry times as scores.
//! Redis expires both, the set with the last of its logins. The names of the hashes start with
//! `ARGV[1]`, those of the sets with `ARGV[2]`. The scripts build names from them, which Redis Cluster
//! does not allow.

/// Functions that the scripts share.
macro_rules! with_functions {
    ($script:literal) => {
        concat!(
            "
local prefix, list = ARGV[1]
local function list_of(user) return ARGV[2] .. user end
local function is_superseded(seen, ends)
  return ends ~= '' and tonumber(seen) >= tonumber(ends)
end
-- Whether a login exists and is not superseded.
local function is_current(id)
  local login = redis.call('HMGET', prefix .. id, 'last_seen_at', 'expires_at')
  return login[1] and not is_superseded(login[1], login[2])
end
local function expire(key, ends)
  if ends == '' or ends == 'inf' then redis.call('PERSIST', key)
  else redis.call('EXPIREAT', key, ends) end
end
local function put(id, ends, fields)
  redis.call('HSET', prefix .. id, unpack(fields))
  expire(prefix .. id, ends)
  redis.call('ZADD', list, ends == '' and '+inf' or ends, id)
  expire(list, redis.call('ZREVRANGE', list, 0, 0, 'WITHSCORES')[2])
end
local function seen_earlier(a, b)
  if a.seen ~= b.seen then return a.seen < b.seen end
  if a.started ~= b.started then return a.started < b.started end
  return a.id < b.id
end
-- Ends the logins of the user above the bound, those not seen for longest first, but not `started`.
-- Superseded ones are counted apart.
local function end_surplus(started, max)
  if redis.call('ZCARD', list) <= max then return end
  local current, superseded = {}, {}
  for _, id in ipairs(redis.call('ZRANGE', list, 0, -1)) do
    local login = redis.call('HMGET', prefix .. id, 'last_seen_at', 'expires_at', 'started_at')
    if not login[1] then redis.call('ZREM', list, id)
    elseif id ~= started then
      local group = is_superseded(login[1], login[2]) and superseded or current
      group[#group + 1] = {id = id, seen = tonumber(login[1]), started = tonumber(login[3])}
    end
  end
  for room, logins in pairs({[max] = superseded, [max - 1] = current}) do
    table.sort(logins, seen_earlier)
    for i = 1, #logins - math.max(room, 0) do
      redis.call('DEL', prefix .. logins[i].id)
      redis.call('ZREM', list, logins[i].id)
    end
  end
end
",
            $script
        )
    };
}

/// Further arguments: user, id, expiry, now, bound per user, fields.
pub(super) const BEGIN: &str = with_functions!(
    "
local user, id, ends, now, max = unpack(ARGV, 3, 7)
list = list_of(user)
if redis.call('EXISTS', prefix .. id) == 1 then return end
redis.call('ZREMRANGEBYSCORE', list, '-inf', now)
put(id, ends, {unpack(ARGV, 8)})
end_surplus(id, tonumber(max))"
);

/// Further arguments: id, expiry of the key, time of the visit, expiry of the login.
pub(super) const TOUCH: &str = with_functions!(
    "
local id, ends, seen, expires_at = unpack(ARGV, 3)
if not is_current(id) then return 0 end
local login = redis.call('HMGET', prefix .. id, 'user', 'expires_at')
local before = login[2]
list = list_of(login[1])
if before == '' or expires_at ~= '' and tonumber(before) >= tonumber(expires_at) then
  redis.call('HSET', prefix .. id, 'last_seen_at', seen)
else
  put(id, ends, {'last_seen_at', seen, 'expires_at', expires_at})
end
return 1"
);

/// Further arguments: user, id, its new expiry, id of the successor, expiry of the successor, bound per
/// user, fields.
pub(super) const SUPERSEDE: &str = with_functions!(
    "
local user, id, till, successor, ends, max = unpack(ARGV, 3, 8)
list = list_of(user)
if not is_current(id) then return 0 end
put(id, till, {'last_seen_at', till, 'expires_at', till})
put(successor, ends, {unpack(ARGV, 9)})
end_surplus(successor, tonumber(max))
return 1"
);

/// Further arguments: ids.
pub(super) const END: &str = "
for i = 3, #ARGV do
  local key = ARGV[1] .. ARGV[i]
  local user = redis.call('HGET', key, 'user')
  if user then
    redis.call('DEL', key)
    redis.call('ZREM', ARGV[2] .. user, ARGV[i])
  end
end";

/// Further arguments: user, names of fields. Returns the ids, and the values of these fields of each.
pub(super) const LIST: &str = "
local ids, logins = redis.call('ZRANGE', ARGV[2] .. ARGV[3], 0, -1), {}
for i, id in ipairs(ids) do logins[i] = redis.call('HMGET', ARGV[1] .. id, unpack(ARGV, 4)) end
return {ids, logins}";

/// `KEYS[1]` is the login. Arguments: generation, last confirmed generation, now.
pub(super) const REPLACE_COOKIE: &str = "
if redis.call('HGET', KEYS[1], 'generation') ~= ARGV[1] then return 0 end
redis.call('HINCRBY', KEYS[1], 'generation', 1)
redis.call('HSET', KEYS[1], 'last_confirmed_generation', ARGV[2], 'issued_at', ARGV[3],
  'cookie_confirmed_at', '', 'remembered', '1')
return 1";

/// `KEYS[1]` is the login. Arguments: generation, now.
pub(super) const CONFIRM_COOKIE: &str = "
local login = redis.call('HMGET', KEYS[1], 'generation', 'cookie_confirmed_at')
if login[1] == ARGV[1] and login[2] == '' then
  redis.call('HSET', KEYS[1], 'cookie_confirmed_at', ARGV[2]) end";
