#include "daemon/caller.h"

#include <pwd.h>

namespace overlayd {
namespace {

using Credentials = Handle<sd_bus_creds, sd_bus_creds_unref>;

Credentials credentials_of(sd_bus_message* call, uint64_t mask) {
  Credentials credentials;
  check_neg(sd_bus_query_sender_creds(call, mask, out(credentials)), "cannot find out who calls");
  return credentials;
}

std::string user_name(uid_t uid) {
  const passwd* entry = getpwuid(uid);
  return entry == nullptr ? std::to_string(uid) : entry->pw_name;
}

}  // namespace

bool is_root(sd_bus_message* call) {
  const auto credentials = credentials_of(call, SD_BUS_CREDS_EUID);
  uid_t uid = 0;
  check_neg(sd_bus_creds_get_euid(credentials.get(), &uid), "cannot find out who calls");
  return uid == 0;
}

void require_root(sd_bus_message* call) {
  if (!is_root(call)) throw BusError(SD_BUS_ERROR_ACCESS_DENIED, "only root may do this");
}

std::string caller_name(sd_bus_message* call) {
  const auto credentials =
      credentials_of(call, SD_BUS_CREDS_EUID | SD_BUS_CREDS_AUDIT_LOGIN_UID | SD_BUS_CREDS_AUGMENT);
  uid_t uid = 0;
  if (sd_bus_creds_get_audit_login_uid(credentials.get(), &uid) >= 0) return user_name(uid);
  check_neg(sd_bus_creds_get_euid(credentials.get(), &uid), "cannot find out who calls");
  return user_name(uid);
}

}  // namespace overlayd
