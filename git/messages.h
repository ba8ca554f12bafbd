// What overlayd says to its two unprivileged helpers, and what they answer.
//
//   overlayd-fetch  has the network; runs git; never reads a Git object itself
//   overlayd-git    has no network; reads the mirror with libgit2 and writes trees
//
// Each is a child process with one SOCK_SEQPACKET socket as descriptor 3. The first message is
// Hello. After that requests are answered strictly in order, one answer (or one run of list pieces
// that ends with `last`) each, before which Progress may come; and a request that cannot be done is
// answered by Failure; the child stays usable. It ends when the socket is closed.
//
// The daemon believes none of the answers: decode() checks shape and limits (ids are 40 or 64
// lower-case hex digits), and whatever names a file is looked at again on the disk.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "git/failure.h"

namespace overlayd::git {

using Oid = std::string;  // hex

// True for 40 (SHA-1) or 64 (SHA-256) lower-case hex digits.
bool is_oid(std::string_view text);

// Where the mirror has the branches of the upstream.
inline const std::string remote_branches = "refs/remotes/origin/";

enum class EntryKind : uint8_t { missing, directory, file, executable, symlink, submodule };

// --- requests to overlayd-fetch -----------------------------------------------------------------

// `secrets` is the folder of the private files: user, token, ssh_key, known_hosts, ca (each if
// set).
struct FetchHello {
  std::string url;     // without any password
  std::string mirror;  // absolute path of the bare repository; made by `git init` if it is empty
  std::string secrets;
  uint64_t depth = 3;
};
// Asks the upstream what its branches point at, and downloads nothing. Answer: Tips.
struct ListTips {
  std::vector<std::string> branches;
};
// Asks which branches the upstream has, for suggestions. Answer: Branches.
struct ListBranches {};
// Brings refs/remotes/origin/<branch> up to date, shallow and without blobs. Answer: Fetched; a
// branch that the upstream does not have is left out of it, and its local ref is deleted.
struct FetchBranches {
  std::vector<std::string> branches;
};
// A piece of a list of blobs to download in one request. Answer after the `last`: Fetched; Failure
// (refused) if the upstream lacks one, and then there may be none of them.
struct FetchBlobs {
  std::vector<Oid> blobs;
  bool last = true;
};
// Brings more history: `by` commits beyond the present edge of every branch. Answer: Fetched;
// `changed` is false if there was no more to bring.
struct Deepen {
  uint64_t by = 0;  // at least 1
};
// Brings one more revision that the branches do not lead to: a tag (kept as refs/tags/<name>), a
// branch (as refs/remotes/origin/<name>) or a full commit id. Answer: Fetched; `changed` is false
// if the upstream has no such thing.
struct FetchRevision {
  std::string name;
};

// --- requests to overlayd-git -------------------------------------------------------------------

struct ReadHello {
  std::string mirror;   // absolute path
  std::string staging;  // absolute path of the folder that trees are written to; may be empty
};
// What `links` are in the commit that `revision` names (any revision expression that Git
// understands; "refs/remotes/origin/main" for a branch's tip). Answer: Resolved.
struct Resolve {
  std::string revision;
  std::vector<std::string> links;
};
// Going back from `commit` along first parents: the nearest commit in which `links` are other than
// in `commit` itself. Answer: Resolved.
struct ResolveOlder {
  Oid commit;
  std::vector<std::string> links;
};
// Which blobs are needed to write this object, and are not in the mirror. Answer: MissingBlobs,
// pieces; Failure (refused) if the object cannot be written anyway.
struct ListMissing {
  Oid oid;
  EntryKind kind = EntryKind::directory;
};
// Writes a tree as the directory, or a blob as the plain file, `staging`/`name`. Directories get
// mode 755, files 644 or 755. Symbolic links that lead out of it are refused: allowed are relative
// ones with ".." only at their start and never above the root, and absolute ones at or below one of
// `locals` without any "..". Submodules, LFS pointers and odd names are refused. Nothing is left at
// `name` if it fails, and other objects can be written all the same. Answer: Written.
struct WriteTree {
  Oid oid;
  EntryKind kind = EntryKind::directory;
  std::string name;
  std::vector<std::string> locals;
};
// Which files differ between two objects; an empty id stands for nothing. Answer: Differences,
// pieces; Failure (refused) if no overlay can be made of these. Needs no blobs.
struct Diff {
  Oid before;
  EntryKind before_kind = EntryKind::missing;
  Oid after;
  EntryKind after_kind = EntryKind::missing;
};

// --- answers ------------------------------------------------------------------------------------

struct Tips {
  std::vector<std::pair<std::string, Oid>> tips;  // branch, commit; those that exist
};
struct Branches {
  std::vector<std::string> names;  // as many as there is room for; as they are (hostile)
};
struct Fetched {
  std::vector<std::string> branches;  // those of the request that the upstream has
  bool changed = true;
  bool filtered = true;  // false: the server cannot leave blobs out and sent everything
};
enum class Resolution : uint8_t {
  found,
  unknown,     // no such revision in the mirror, and all history is there
  not_fetched  // it, or the way to it, lies beyond the shallow edge
};
struct Entry {
  EntryKind kind = EntryKind::missing;
  Oid oid;  // empty if missing
};
struct Resolved {
  Resolution resolution = Resolution::found;
  Oid commit;
  std::string subject;         // first line of the message, as it is (hostile)
  std::string author;          // "Name <address>", as it is (hostile)
  uint64_t time = 0;           // of the commit, seconds since the epoch
  std::vector<Entry> entries;  // one for each link, in order
};
struct MissingBlobs {
  std::vector<Oid> blobs;
  bool last = true;
};
// Comes before the answer, as often as the work goes on for long, and says nothing but that.
struct Progress {};
struct Written {
  std::string error;     // empty: it was written; else why it was not
  bool refused = false;  // the content is at fault: trying again is no use
};
struct Difference {
  char status = 'M';  // A, M, D, T as in git diff --name-status
  std::string path;   // below the object; empty for the object itself; as it is (hostile)
};
struct Differences {
  std::vector<Difference> differences;
  bool last = true;
};
using FetchRequest = std::variant<FetchHello, ListTips, ListBranches, FetchBranches, FetchBlobs,
                                  Deepen, FetchRevision>;
using ReadRequest = std::variant<ReadHello, Resolve, ResolveOlder, ListMissing, WriteTree, Diff>;
using Answer = std::variant<Tips, Branches, Fetched, Resolved, MissingBlobs, Written, Differences,
                            Failure, Progress>;

// Ids or differences in one message; longer lists travel in pieces.
constexpr size_t piece_size = 500;

std::string encode(const FetchRequest& request);
std::string encode(const ReadRequest& request);
std::string encode(const Answer& answer);

// These throw Error at anything malformed.
FetchRequest decode_fetch_request(std::string_view bytes);
ReadRequest decode_read_request(std::string_view bytes);
Answer decode_answer(std::string_view bytes);

}  // namespace overlayd::git
