#include "tests/functional/support/ssh_server.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>

#include "base/error.h"
#include "base/fd.h"
#include "base/file.h"
#include "tests/functional/support/listener.h"

namespace overlayd::test {
namespace {

std::string make_key(const TempDir& temp, const std::string& name,
                     const std::string& passphrase = "") {
  std::string path = temp.dir("ssh") + "/" + name;
  command({"ssh-keygen", "-q", "-t", "ed25519", "-N", passphrase, "-C", name, "-f", path});
  return path;
}

std::string sshd_config(const TempDir& temp) {
  return fmt::format(R"(
HostKey {0}/host
AuthorizedKeysFile {0}/user.pub
PermitRootLogin prohibit-password
PasswordAuthentication no
StrictModes no
UsePAM no
PrintMotd no
)",
                     temp / "ssh");
}

// In a mount namespace of its own: sshd wants its folder in /run, and a root that is not locked.
void arrange_machine(const TempDir& temp) {
  check(unshare(CLONE_NEWNS), "cannot make a mount namespace");
  check(mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr), "cannot make mounts private");
  check(mount("tmpfs", "/run", "tmpfs", 0, "mode=755"), "cannot cover /run");
  make_dir_at(AT_FDCWD, "/run/sshd", 0755);
  const std::string shadow = temp.file("ssh/shadow", "root:*:20000::::::\n");
  check(mount(shadow.c_str(), "/etc/shadow", nullptr, MS_BIND, nullptr), "cannot cover shadow");
}

// One sshd for each connection, as inetd does it: the socket listens before any of them is there.
void serve(const Fd& listener, const TempDir& temp) {
  arrange_machine(temp);
  signal(SIGCHLD, SIG_IGN);
  const std::string config = temp.file("ssh/config", sshd_config(temp));
  for (;;) {
    const Fd connection(check(accept(listener.get(), nullptr, nullptr), "cannot accept"));
    if (check(fork(), "cannot start sshd") != 0) continue;
    signal(SIGCHLD, SIG_DFL);
    check(dup2(connection.get(), STDOUT_FILENO), "cannot place stdout");
    become({"/usr/sbin/sshd", "-i", "-f", config, "-E", temp / "ssh/log"}, {"PATH=/usr/bin:/bin"},
           connection.get());
  }
}

}  // namespace

SshServer::SshServer(const TempDir& temp)
    : key_(read_file(make_key(temp, "user"))),
      other_key_(read_file(make_key(temp, "other"))),
      locked_key_(read_file(make_key(temp, "locked", "passphrase"))),
      host_public_key_(read_file(make_key(temp, "host") + ".pub")),
      other_public_key_(read_file(temp / "ssh/other.pub")) {
  const Listener listener;
  port_ = listener.port();
  sshd_ = Background([&] { serve(listener.fd(), temp); });
}

std::string SshServer::url(const std::string& path) const {
  return fmt::format("ssh://root@127.0.0.1:{}{}", port_, path);
}

std::string SshServer::known_hosts() const {
  return fmt::format("[127.0.0.1]:{} {}", port_, host_public_key_);
}

std::string SshServer::other_known_hosts() const {
  return fmt::format("[127.0.0.1]:{} {}", port_, other_public_key_);
}

}  // namespace overlayd::test
