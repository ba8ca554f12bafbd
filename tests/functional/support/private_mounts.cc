#include "tests/functional/support/private_mounts.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>

#include "base/error.h"
#include "base/fd.h"

namespace overlayd::test {

void make_mounts_private() {
  check(unshare(CLONE_NEWNS), "cannot make a mount namespace");
  check(mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr), "cannot make mounts private");
}

Mounted::~Mounted() {
  if (!target_.empty()) umount2(target_.c_str(), MNT_DETACH);
}

Mounted bind(const std::string& source, const std::string& target, Access access) {
  check(mount(source.c_str(), target.c_str(), nullptr, MS_BIND, nullptr), "cannot mount {}",
        target);
  Mounted mounted(target);
  if (access == Access::read_only)
    check(mount(nullptr, target.c_str(), nullptr, MS_REMOUNT | MS_BIND | MS_RDONLY, nullptr),
          "cannot make {} read-only", target);
  return mounted;
}

Mounted mount_disk(const std::string& target) {
  check(mount("tmpfs", target.c_str(), "tmpfs", 0, "size=64k,mode=755"), "cannot mount {}", target);
  return Mounted(target);
}

void fill_disk(const std::string& target) {
  const Fd file(check(open((target + "/filler").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600),
                      "cannot fill {}", target));
  const std::string page(4096, 'x');
  while (write(file.get(), page.data(), page.size()) > 0) continue;
  if (errno != ENOSPC) fail_with_errno("cannot fill the disk");
}

}  // namespace overlayd::test
