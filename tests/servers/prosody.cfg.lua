-- A private Prosody (0.12 or later) for tests: loopback only, no s2s, no DNS.
-- What varies comes from the environment: ENV_X is the value of $X.
interfaces       = { "127.0.0.1" }
local_interfaces = { "127.0.0.1" }
c2s_ports        = { tonumber(ENV_PORT) }
component_ports  = { tonumber(ENV_COMPONENT_PORT) }
c2s_direct_tls_ports = {}
s2s_ports        = {}
http_ports, https_ports = {}, {}
data_path        = ENV_FOLDER .. "/data"
certificates     = ENV_FOLDER .. "/data"
pidfile          = ENV_FOLDER .. "/prosody.pid"
log              = { [ENV_LOG_LEVEL] = ENV_FOLDER .. "/server.log" }
if ENV_NAGLE == "off" then network_settings = { nagle = false } end

modules_disabled = { "s2s", "offline" }
local modules    = { "disco", "roster", "saslauth", "ping", "tls", "pep" }
if ENV_LOG_LEVEL == "debug" then table.insert(modules, "stanza_debug") end
if ENV_RATE then -- the stock configuration of Debian and upstream has "10kb/s"
	table.insert(modules, "limits")
	limits = { c2s = { rate = ENV_RATE } }
end
modules_enabled = modules
if ENV_SPACE_PARENT then plugin_paths = { ENV_FOLDER .. "/plugins" } end

authentication = "internal_plain"
c2s_require_encryption = ENV_TLS ~= nil
allow_unencrypted_plain_auth = not ENV_TLS
if ENV_TLS then
	c2s_direct_tls_ports = { tonumber(ENV_TLS_PORT) }
	ssl = { certificate = ENV_FOLDER .. "/chain.pem", key = ENV_FOLDER .. "/key.pem" }
end

default_storage = ENV_STORAGE
storage = { accounts = "internal" } -- they are written as plain files
storage_archive_item_limit = 100000

VirtualHost "megacorp.example"

if ENV_SERVICES then
	Component "pubsub.megacorp.example" "pubsub"
	admins = { "admin@megacorp.example", "ext.megacorp.example" }
	if ENV_MAX_ITEMS then pubsub_max_items = tonumber(ENV_MAX_ITEMS) end

	Component "rooms.megacorp.example" "muc"
	admins = { "admin@megacorp.example", "ext.megacorp.example" }
	if ENV_SPACE_PARENT then modules_enabled = { "muc_space_parent" } end
	if ENV_PERSISTENT then muc_room_allow_persistent = false end
end

Component "ext.megacorp.example"
	component_secret = "ext-secret"

if ENV_MORE then Include(ENV_FOLDER .. "/more.cfg.lua") end
