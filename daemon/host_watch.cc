#include "daemon/host_watch.h"

#include <fcntl.h>
#include <linux/rtnetlink.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "base/error.h"

namespace overlayd {
namespace {

constexpr std::chrono::seconds calm{1};

}  // namespace

HostWatch::HostWatch(Loop& loop, Callback changed)
    : loop_(loop),
      changed_(std::move(changed)),
      netlink_(check(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE),
                     "cannot watch network addresses")),
      name_(check(open("/proc/sys/kernel/hostname", O_RDONLY | O_CLOEXEC | O_NOCTTY),
                  "cannot watch the host name")) {
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  address.nl_groups = RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR;
  check(bind(netlink_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address),
        "cannot watch network addresses");
  addresses_changed_ = loop_.on_ready(netlink_.get(), EPOLLIN, [this] { on_addresses(); });
  // the file can always be read; another name is told as EPOLLPRI, once
  name_changed_ = loop_.on_ready(name_.get(), EPOLLPRI, [this] { on_event(); });
}

void HostWatch::on_addresses() {
  char buffer[8192];
  while (recv(netlink_.get(), buffer, sizeof buffer, MSG_DONTWAIT) > 0) {
  }
  on_event();
}

// What changed does not matter: everything is read anew.
void HostWatch::on_event() { timer_ = loop_.after(calm, changed_); }

}  // namespace overlayd
