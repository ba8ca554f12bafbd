#include "base/sandbox.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <memory>

#include "base/error.h"
#include "base/fd.h"
#include "base/file.h"
#include "base/path.h"

namespace overlayd {
namespace {

void set_attributes(int dir, const char* path, unsigned flags, uint64_t attributes) {
  mount_attr attr{};
  attr.attr_set = attributes;
  check(mount_setattr(dir, path, flags, &attr, sizeof attr), "cannot make a mount read-only");
}

void make_dirs(const std::string& path) {
  if (kind_of(path) == PathKind::directory) return;
  make_dirs(parent_path(path));
  check(mkdir(path.c_str(), 0755), "cannot create {}", path);
}

// A ramfs, not a tmpfs: its pages never reach a swap device.
void cover(const std::string& path) {
  make_dirs(path);  // of which a part may just have been covered
  check(mount("ramfs", path.c_str(), "ramfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=0755"),
        "cannot cover {}", path);
}

// What to mount a file on, or a folder.
void make_place(const std::string& path, const Fd& tree) {
  struct stat status {};
  check(fstat(tree.get(), &status), "cannot look at {}", path);
  if (S_ISDIR(status.st_mode)) return make_dirs(path);
  make_dirs(parent_path(path));
  if (kind_of(path) == PathKind::missing)
    check(mknod(path.c_str(), S_IFREG | 0444, 0), "cannot create {}", path);
}

void uncover(const Sandbox::Visible& visible, const Fd& tree) {
  make_place(visible.path, tree);
  const uint64_t read_only = visible.writable ? 0 : MOUNT_ATTR_RDONLY;
  set_attributes(tree.get(), "", AT_EMPTY_PATH, MOUNT_ATTR_NOSUID | read_only);
  check(move_mount(tree.get(), "", AT_FDCWD, visible.path.c_str(), MOVE_MOUNT_F_EMPTY_PATH),
        "cannot show {}", visible.path);
}

void put_private_files(const Sandbox& sandbox) {
  const std::string folder = private_file_path(sandbox.hidden, "");
  check(mkdir(folder.c_str(), 0755), "cannot create {}", folder);
  const Fd dir = open_dir(folder);
  for (const auto& file : sandbox.files) {
    write_file_at(dir.get(), file.name, file.content, 0400, Durability::lazy);
    check(fchownat(dir.get(), file.name.c_str(), sandbox.uid, sandbox.gid, AT_SYMLINK_NOFOLLOW),
          "cannot hand over {}", file.name);
  }
}

// Whom names are asked of: the folders of nss-resolve(8), nscd(8) and mDNS with their sockets, and
// what /etc/resolv.conf leads to. Of that the file alone: beside it, in /run itself say, may be the
// sockets of everybody.
std::vector<std::string> resolver_places() {
  std::vector<std::string> places{"/run/systemd/resolve", "/run/nscd", "/run/avahi-daemon"};
  std::erase_if(places, [](const auto& path) { return kind_of(path) != PathKind::directory; });
  const std::unique_ptr<char, decltype(&free)> real(realpath("/etc/resolv.conf", nullptr), free);
  const std::string file = real ? real.get() : "";
  const bool shown = std::any_of(places.begin(), places.end(),
                                 [&](const auto& place) { return is_at_or_below(file, place); });
  if (!shown && is_at_or_below(file, "/run") && kind_of(file) == PathKind::file)
    places.push_back(file);
  return places;
}

// Where programs put their sockets: an empty network keeps nobody from connecting to one by its
// name. With a network, an upstream may still be a folder in /tmp.
std::vector<std::string> meeting_places(const Sandbox& sandbox) {
  std::vector<std::string> places{"/proc"};  // other processes are nobody's business in here
  for (const char* place : {"/run", "/var/run", "/tmp", "/var/tmp", "/dev/shm"})
    if (kind_of(place) == PathKind::directory && (!sandbox.network || file_name(place) == "run"))
      places.emplace_back(place);
  return places;
}

std::vector<Sandbox::Visible> visible_of(const Sandbox& sandbox) {
  auto visible = sandbox.visible;
  if (sandbox.network)
    for (auto& place : resolver_places())
      visible.push_back({.path = std::move(place), .writable = false});
  return visible;
}

Fd clone_of(const std::string& path) {
  return Fd(check(open_tree(AT_FDCWD, path.c_str(), OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC),
                  "cannot use {}", path));
}

void arrange_mounts(const Sandbox& sandbox) {
  check(mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr), "cannot make mounts private");
  const auto visible = visible_of(sandbox);
  std::vector<Fd> trees;
  trees.reserve(visible.size());
  for (const auto& one : visible) trees.push_back(clone_of(one.path));
  set_attributes(AT_FDCWD, "/", AT_RECURSIVE, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID);
  auto covered = meeting_places(sandbox);
  covered.push_back(sandbox.hidden);
  for (const auto& place : covered) cover(place);
  for (size_t i = 0; i < trees.size(); i++) uncover(visible[i], trees[i]);
  put_private_files(sandbox);
  for (const auto& place : covered) set_attributes(AT_FDCWD, place.c_str(), 0, MOUNT_ATTR_RDONLY);
}

void drop_privileges(const Sandbox& sandbox) {
  check(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "cannot set no_new_privs");
  for (int capability = 0; capability <= CAP_LAST_CAP; capability++)
    prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);  // EINVAL for those that this kernel does not know
  check(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0), "cannot drop capabilities");
  check(setgroups(0, nullptr), "cannot drop groups");
  check(setresgid(sandbox.gid, sandbox.gid, sandbox.gid), "cannot set the group");
  // from root to another user: the kernel clears the permitted and effective sets, capabilities(7)
  check(setresuid(sandbox.uid, sandbox.uid, sandbox.uid), "cannot set the user");
  // after the change of user, which clears it, prctl(2)
  check(prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0), "cannot bind to the parent");
}

}  // namespace

uint64_t namespace_flags(const Sandbox& sandbox) {
  const uint64_t always = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC;
  return sandbox.network ? always : always | CLONE_NEWNET;
}

std::string private_file_path(const std::string& hidden, const std::string& name) {
  return hidden + "/private/" + name;
}

void enter(const Sandbox& sandbox) {
  arrange_mounts(sandbox);
  check(chdir("/"), "cannot change to /");
  drop_privileges(sandbox);
}

}  // namespace overlayd
