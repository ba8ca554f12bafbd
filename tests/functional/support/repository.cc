#include "tests/functional/support/repository.h"

#include <filesystem>
#include <fstream>

#include "base/text.h"
#include "tests/functional/support/command.h"

namespace overlayd::test {
namespace {

std::string run_git(std::vector<std::string> arguments, const std::string& dir,
                    const std::string& input = "") {
  // the machine's own configuration must not matter
  std::vector<std::string> argv{"env",
                                "GIT_CONFIG_NOSYSTEM=1",
                                "GIT_CONFIG_GLOBAL=/dev/null",
                                "git",
                                "-c",
                                "user.name=A. Author",
                                "-c",
                                "user.email=author@example.org",
                                "-c",
                                "init.defaultBranch=main",
                                "-c",
                                "safe.directory=*"};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  return std::string(trim(command(argv, dir, input)));
}

std::string bytes_of(const std::string& hex) {
  std::string bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  return bytes;
}

}  // namespace

UpstreamRepository::UpstreamRepository(const TempDir& temp, const std::string& name)
    : bare_(temp / (name + ".git")), work_(temp.dir(name + ".work")) {
  run_git({"init", "--quiet", "--bare", bare_}, "/");
  git({"config", "uploadpack.allowFilter", "true"});
  git({"config", "uploadpack.allowAnySHA1InWant", "true"});
  work({"init", "--quiet"});
}

std::string UpstreamRepository::git(const std::vector<std::string>& arguments,
                                    const std::string& input) const {
  return run_git(arguments, bare_, input);
}

std::string UpstreamRepository::work(const std::vector<std::string>& arguments) const {
  return run_git(arguments, work_);
}

void UpstreamRepository::write(const std::map<std::string, std::string>& files) const {
  for (const auto& [name, content] : files) {
    const std::filesystem::path path = work_ + "/" + name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << content;
  }
}

std::string UpstreamRepository::publish(const std::string& branch) const {
  work({"push", "--quiet", "--force", bare_, "HEAD:refs/heads/" + branch});
  return work({"rev-parse", "HEAD"});
}

std::string UpstreamRepository::push(const std::map<std::string, std::string>& files,
                                     const std::string& branch) {
  write(files);
  work({"add", "--all"});
  work({"commit", "--quiet", "--allow-empty", "--message", "change " + branch});
  return publish(branch);
}

std::string UpstreamRepository::push_unrelated(const std::map<std::string, std::string>& files,
                                               const std::string& branch) {
  work({"checkout", "--quiet", "--orphan", "fresh-" + branch});
  return push(files, branch);
}

std::string UpstreamRepository::push_amended(const std::map<std::string, std::string>& files) {
  work({"reset", "--quiet", "--hard", "HEAD~1"});
  return push(files);
}

std::string UpstreamRepository::blob(const std::string& content) const {
  return git({"hash-object", "-w", "--stdin"}, content);
}

std::string UpstreamRepository::tree(const std::vector<std::string>& lines) const {
  return git({"mktree", "--missing"}, join(lines, "\n") + "\n");
}

std::string UpstreamRepository::raw_tree(const std::vector<Item>& items) const {
  std::string content;
  for (const auto& item : items)
    content += item.mode + " " + item.name + std::string(1, '\0') + bytes_of(item.id);
  return git({"hash-object", "-t", "tree", "-w", "--stdin", "--literally"}, content);
}

std::string UpstreamRepository::commit_tree(const std::string& tree,
                                            const std::string& branch) const {
  std::string commit = git({"commit-tree", tree, "-m", "crafted"});
  git({"update-ref", "refs/heads/" + branch, commit});
  return commit;
}

}  // namespace overlayd::test
