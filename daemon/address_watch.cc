#include "daemon/address_watch.h"

#include <linux/rtnetlink.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "base/error.h"

namespace overlayd {
namespace {

constexpr std::chrono::seconds calm{1};

}  // namespace

AddressWatch::AddressWatch(Loop& loop, Callback changed)
    : loop_(loop),
      changed_(std::move(changed)),
      netlink_(check(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE),
                     "cannot watch network addresses")) {
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  address.nl_groups = RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR;
  check(bind(netlink_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address),
        "cannot watch network addresses");
  source_ = loop_.on_ready(netlink_.get(), EPOLLIN, [this] { on_event(); });
}

// What changed does not matter: all addresses are read anew.
void AddressWatch::on_event() {
  char buffer[8192];
  while (recv(netlink_.get(), buffer, sizeof buffer, MSG_DONTWAIT) > 0) {
  }
  timer_ = loop_.after(calm, changed_);
}

}  // namespace overlayd
