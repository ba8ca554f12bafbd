#include "tests/functional/support/listener.h"

#include <arpa/inet.h>
#include <sys/socket.h>

#include "base/error.h"

namespace overlayd::test {

Listener::Listener()
    : fd_(check(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "cannot make a socket")) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  check(bind(fd_.get(), reinterpret_cast<sockaddr*>(&address), size), "cannot bind a socket");
  check(listen(fd_.get(), 64), "cannot listen");
  check(getsockname(fd_.get(), reinterpret_cast<sockaddr*>(&address), &size), "cannot see a port");
  port_ = ntohs(address.sin_port);
}

}  // namespace overlayd::test
