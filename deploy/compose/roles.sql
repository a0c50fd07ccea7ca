-- psql -v ON_ERROR_STOP=1 -v gateway=PASSWORD ... -f this file
BEGIN;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
CREATE ROLE "viva_gateway" LOGIN PASSWORD :'gateway' CONNECTION LIMIT 60;
CREATE SCHEMA "gateway" AUTHORIZATION "viva_gateway";
ALTER ROLE "viva_gateway" SET search_path = "gateway";
CREATE ROLE "viva_session" LOGIN PASSWORD :'session' CONNECTION LIMIT 60;
CREATE SCHEMA "session" AUTHORIZATION "viva_session";
ALTER ROLE "viva_session" SET search_path = "session";
CREATE ROLE "viva_telephony" LOGIN PASSWORD :'telephony' CONNECTION LIMIT 60;
CREATE SCHEMA "telephony" AUTHORIZATION "viva_telephony";
ALTER ROLE "viva_telephony" SET search_path = "telephony";
CREATE ROLE "viva_notification" LOGIN PASSWORD :'notification' CONNECTION LIMIT 60;
CREATE SCHEMA "notification" AUTHORIZATION "viva_notification";
ALTER ROLE "viva_notification" SET search_path = "notification";
COMMIT;
