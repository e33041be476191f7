-- XEP-0503: Server-side spaces, 5.5 "Advertising space membership", for rooms (XEP-0045).
--
-- The owners of a room say in its configuration which space it belongs to; the room then tells
-- everybody who asks for its disco#info.
--
-- This module is MIT/X11 licensed.

local dataforms = require "util.dataforms";
local jid = require "util.jid";
local st = require "util.stanza";
local urldecode = require "util.http".urldecode;
local valid_utf8 = require "util.encodings".utf8.valid;

local get_room_from_jid = module:depends "muc".get_room_from_jid;

local xmlns_spaces = "urn:xmpp:spaces:0";
local xmlns_owner = "http://jabber.org/protocol/muc#owner";
local config_field = "muc#roomconfig_pubsub";
-- The name in XEP-0503 until 0.2.0, and what clients know that were written for ejabberd.
local former_info_field = "muc#roominfo_pubsub";

local space_form = dataforms.new {
	{ name = "FORM_TYPE", type = "hidden", value = xmlns_spaces };
	{ name = "parent", type = "text-single", label = "Space parent" };
};

-- As room:process_form() reads its own form: of several fields or values the first counts.
local submitted_form = dataforms.new {
	{ name = config_field, type = "text-single" };
};

-- Whether this is the address of a pubsub node: an XMPP URI or IRI (RFC 5122) without authority and
-- fragment, whose query has one key "node", such as "xmpp:pubsub.example.com?;node=dev".
local function is_node_uri(uri)
	local path, query = uri:match("^[Xx][Mm][Pp][Pp]:([^/?#]+)%?([^?#]*)$");
	if not path or uri:gsub("%%%x%x", ""):find("%", 1, true) then
		return false;
	end

	local service = urldecode(path);
	if not valid_utf8(service) or not jid.prep(service) or jid.resource(service) then
		return false;
	end

	-- Reserved characters have to be percent-encoded in a key and in a value.
	if not query:find("^[%w%%._~\128-\255-]*;") or not query:find("^[%w%%._~=;\128-\255-]*$") then
		return false;
	end
	local node;
	for pair in query:gmatch(";([^;]*)") do
		local key, value = pair:match("^([^=]+)=([^=]+)$");
		if not key or (key == "node" and node) then
			return false;
		elseif key == "node" then
			node = urldecode(value);
		end
	end
	return node ~= nil and valid_utf8(node);
end

local function get_parent(room)
	return room._data.space_parent;
end

-- Returns whether the room has another parent than before; none, if `uri` is nil or "".
local function set_parent(room, uri)
	if uri == "" then uri = nil; end
	if uri and not is_node_uri(uri) then return false; end
	if get_parent(room) == uri then return false; end
	room._data.space_parent = uri;
	return true;
end

-- What is submitted is applied field by field, and no hook can refuse it then. So it is looked at
-- before mod_muc handles it (at -2), and nothing of a form with an invalid URI is applied.
-- Who is no owner gets the answer that mod_muc has for that.
local function refuse_invalid(event)
	local origin, stanza = event.origin, event.stanza;
	local form = stanza.tags[1]:get_child("x", "jabber:x:data");
	if not form or form.attr.type ~= "submit" then return; end

	local uri = submitted_form:data(form)[config_field];
	if not uri or uri == "" or is_node_uri(uri) then return; end

	local room = get_room_from_jid(jid.bare(stanza.attr.to));
	if not room or room:get_affiliation(stanza.attr.from) ~= "owner" then return; end

	origin.send(st.error_reply(stanza, "modify", "bad-request",
		config_field .. " is no URI of a pubsub node, such as xmpp:pubsub.example.com?;node=example"));
	return true;
end

module:hook("iq-set/bare/" .. xmlns_owner .. ":query", refuse_invalid);
module:hook("iq-set/host/" .. xmlns_owner .. ":query", refuse_invalid);

-- Behind the language, which is at 100-3.
module:hook("muc-config-form", function (event)
	table.insert(event.form, {
		name = config_field;
		type = "text-single";
		label = "XMPP URI of the associated publish-subscribe node";
		desc = "The space that this room belongs to, as everybody may know";
		datatype = "xs:anyURI";
		value = get_parent(event.room) or "";
	});
end, 100-4);

module:hook("muc-config-submitted/" .. config_field, function (event)
	if set_parent(event.room, event.value) then
		event.status_codes["104"] = true;
	end
end);

module:hook("muc-disco#info", function (event)
	local parent = get_parent(event.room);
	if not parent then return; end

	event.reply:tag("feature", { var = xmlns_spaces }):up();
	event.reply:add_child(space_form:form({ parent = parent }, "result"));
	for _, field in ipairs { config_field; former_info_field } do
		table.insert(event.form, { name = field; label = "Associated pubsub node" });
		event.formdata[field] = parent;
	end
end);
