// What a child process may see and touch: our own programs that handle hostile input run in here.
//
// The child gets a process namespace of its own (it is PID 1: when it ends, everything that it
// started ends), a mount namespace in which every file system is read-only, and, unless it needs
// one, no network. It has no capabilities and can gain none. Where other programs have their
// sockets, it finds empty folders: /run, but for what name resolution needs if there is a network,
// and without one also /tmp, /var/tmp and /dev/shm. So neither it nor its program can be in these.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace overlayd {

struct Sandbox {
  struct Visible {
    std::string path;  // a directory, inside `hidden` or where it would not be seen otherwise
    bool writable = false;
  };
  // A file that exists in memory only, inside the sandbox only, readable by its user only.
  struct PrivateFile {
    std::string name;
    std::string content;
  };

  uid_t uid = 0;
  gid_t gid = 0;
  bool network = false;
  std::string hidden;              // a directory that is empty in the sandbox, but for what follows
  std::vector<Visible> visible;    // what of it can be seen
  std::vector<PrivateFile> files;  // stand in `hidden`/private/
};

// Flags for clone(2) that make the namespaces.
uint64_t namespace_flags(const Sandbox& sandbox);

// Where PrivateFile `name` stands.
std::string private_file_path(const std::string& hidden, const std::string& name);

// Called in the child, as root, in the new namespaces. Throws; the child must not go on then.
void enter(const Sandbox& sandbox);

}  // namespace overlayd
