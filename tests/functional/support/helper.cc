#include "tests/functional/support/helper.h"

#include <fcntl.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <map>

#include "base/channel.h"
#include "base/error.h"
#include "base/file.h"

namespace overlayd::test {
namespace {

constexpr const char* unprivileged_user = "nobody";

const passwd& nobody() {
  const passwd* user = getpwnam(unprivileged_user);
  if (user == nullptr) throw Error("there is no user nobody");
  return *user;
}

std::string copy_program(const TempDir& temp, const std::string& name) {
  const std::map<std::string, std::string> built{{"overlayd-git", OVERLAYD_GIT},
                                                 {"overlayd-fetch", OVERLAYD_FETCH},
                                                 {"sandbox-probe", SANDBOX_PROBE}};
  std::string copy = temp.dir("bin") + "/" + name;
  if (!std::filesystem::exists(copy)) std::filesystem::copy_file(built.at(name), copy);
  return copy;
}

// Without a sandbox the private files are plain ones.
std::string put_secrets(const TempDir& temp, const Helper::Setup& setup) {
  if (setup.place == Place::sandboxed)
    return std::filesystem::path(private_file_path(temp.dir("state"), "x")).parent_path();
  std::string folder = temp.dir("secrets");
  for (const auto& file : setup.files) {
    const std::string path = temp.file("secrets/" + file.name, file.content);
    check(chmod(path.c_str(), 0400), "cannot protect {}", path);
  }
  return folder;
}

std::string give_away(std::string path) {
  check(chown(path.c_str(), nobody().pw_uid, nobody().pw_gid), "cannot give away {}", path);
  return path;
}

// What AddressSanitizer needs besides. It asks /proc/self/maps where the stack is; a program that
// may not know keeps the marks of frames that an exception has left, and calls the next use of that
// part of the stack an overflow. The probe does without, for it is to see what the sandbox shows.
std::vector<Sandbox::Visible> visible_to(const Helper::Setup& setup) {
  auto visible = setup.visible;
#ifdef __SANITIZE_ADDRESS__
  if (setup.program != "sandbox-probe") visible.push_back({.path = "/proc", .writable = false});
#endif
  return visible;
}

}  // namespace

Helper::Helper(const TempDir& temp, const Setup& setup) : secrets_(put_secrets(temp, setup)) {
  const std::string program = copy_program(temp, setup.program);
  Child::Command command{.argv = {program}, .env = {}, .socket = -1, .sandbox = {}};
  if (setup.place == Place::sandboxed)
    command.sandbox = Sandbox{.uid = nobody().pw_uid,
                              .gid = nobody().pw_gid,
                              .network = setup.network,
                              .hidden = temp.dir("state"),
                              .visible = visible_to(setup),
                              .files = setup.files};
  command.argv.insert(command.argv.end(), setup.arguments.begin(), setup.arguments.end());
  auto [ours, theirs] = make_socket_pair();
  socket_ = std::move(ours);
  command.socket = theirs.get();
  errors_ = Fd(check(open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600), "cannot keep stderr"));
  const Fd usual(check(fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3), "cannot keep stderr"));
  check(dup2(errors_.get(), STDERR_FILENO), "cannot redirect stderr");
  child_ = std::make_unique<Child>(loop_, command, std::chrono::seconds(60), [](const Exit&) {});
  check(dup2(usual.get(), STDERR_FILENO), "cannot restore stderr");
}

Helper::~Helper() = default;

void Helper::send_bytes(const std::string& bytes) { send_message(socket_.get(), bytes); }

std::optional<std::string> Helper::receive_bytes() { return receive_message(socket_.get()); }

git::Answer Helper::receive() {
  const auto message = receive_bytes();
  if (!message) throw Error::of("the helper is gone: {}", stderr_text());
  return git::decode_answer(*message);
}

std::string Helper::stderr_text() const {
  std::string text(static_cast<size_t>(lseek(errors_.get(), 0, SEEK_END)), '\0');
  check(pread(errors_.get(), text.data(), text.size(), 0), "cannot read stderr");
  return text;
}

void Helper::throw_unexpected(const git::Answer& answer) {
  if (const auto* failure = std::get_if<git::Failure>(&answer)) throw Error(failure->message);
  throw Error::of("an answer of type {}", answer.index());
}

std::string program_folder(const TempDir& temp) {
  for (const char* name : {"overlayd-fetch", "overlayd-git"}) copy_program(temp, name);
  return temp.dir("bin");
}

std::string make_mirror(const TempDir& temp, const std::string& name) {
  return give_away(temp.dir("state/mirrors/" + name + ".git"));
}

std::string make_staging(const TempDir& temp) { return give_away(temp.dir("state/staging")); }

namespace {

Fetch::Options complete(const TempDir& temp, Fetch::Options options) {
  if (options.mirror.empty()) options.mirror = make_mirror(temp);
  return options;
}

}  // namespace

Fetch::Fetch(const TempDir& temp, const std::string& url, const Options& options)
    : Helper(temp, {.program = "overlayd-fetch",
                    .place = options.place,
                    .network = true,
                    .visible = {{complete(temp, options).mirror, true}},
                    .files = options.files}),
      mirror_(complete(temp, options).mirror) {
  send(git::FetchRequest(git::FetchHello{url, mirror_, secrets(), options.depth}));
}

git::Tips Fetch::tips(const std::vector<std::string>& branches) {
  return ask<git::Tips>(git::FetchRequest(git::ListTips{branches}));
}
git::Fetched Fetch::fetch(const std::vector<std::string>& branches) {
  return ask<git::Fetched>(git::FetchRequest(git::FetchBranches{branches}));
}
git::Fetched Fetch::deepen(uint64_t by) {
  return ask<git::Fetched>(git::FetchRequest(git::Deepen{by}));
}
git::Fetched Fetch::revision(const std::string& name) {
  return ask<git::Fetched>(git::FetchRequest(git::FetchRevision{name}));
}
git::Failure Fetch::failure(const git::FetchRequest& request) { return ask<git::Failure>(request); }

git::Fetched Fetch::blobs(const std::vector<git::Oid>& oids) {
  for (size_t start = 0;; start += git::piece_size) {
    const size_t end = std::min(start + git::piece_size, oids.size());
    const git::FetchBlobs piece{
        {oids.begin() + static_cast<ptrdiff_t>(start), oids.begin() + static_cast<ptrdiff_t>(end)},
        end == oids.size()};
    send(git::FetchRequest(piece));
    if (piece.last) return expect<git::Fetched>(receive());
  }
}

Read::Read(const TempDir& temp, const std::string& mirror, Place place)
    : Helper(temp, {.program = "overlayd-git",
                    .place = place,
                    .network = false,
                    .visible = {{mirror, false}, {make_staging(temp), true}},
                    .files = {}}),
      staging_(make_staging(temp)) {
  send(git::ReadRequest(git::ReadHello{mirror, staging_}));
}

git::Resolved Read::resolve(const std::string& revision, const std::vector<std::string>& links) {
  return ask<git::Resolved>(git::ReadRequest(git::Resolve{revision, links}));
}
git::Resolved Read::older(const std::string& commit, const std::vector<std::string>& links) {
  return ask<git::Resolved>(git::ReadRequest(git::ResolveOlder{commit, links}));
}

std::vector<git::Oid> Read::missing(const git::Entry& root) {
  send(git::ReadRequest(git::ListMissing{.oid = root.oid, .kind = root.kind}));
  std::vector<git::Oid> blobs;
  for (;;) {
    const auto piece = expect<git::MissingBlobs>(receive());
    blobs.insert(blobs.end(), piece.blobs.begin(), piece.blobs.end());
    if (piece.last) return blobs;
  }
}

git::Written Read::write(const git::Entry& entry, const std::string& name,
                         const std::vector<std::string>& locals) {
  return ask<git::Written>(git::ReadRequest(git::WriteTree{entry.oid, entry.kind, name, locals}));
}

std::vector<std::string> Read::diff(const git::Entry& before, const git::Entry& after) {
  send(git::ReadRequest(git::Diff{before.oid, before.kind, after.oid, after.kind}));
  std::vector<std::string> lines;
  for (;;) {
    const auto piece = expect<git::Differences>(receive());
    for (const auto& difference : piece.differences)
      lines.push_back(fmt::format("{} {}", difference.status, difference.path));
    if (piece.last) return lines;
  }
}

git::Written write_link(Fetch& fetch, Read& read, const std::string& link, const std::string& name,
                        const std::vector<std::string>& locals) {
  const auto entry = read.resolve("refs/remotes/origin/main", {link}).entries.at(0);
  const auto missing = read.missing(entry);
  if (!missing.empty()) fetch.blobs(missing);
  return read.write(entry, name, locals);
}

}  // namespace overlayd::test
