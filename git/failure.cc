#include "git/failure.h"

#include <cerrno>

namespace overlayd::git {

Failure failure_of(const std::exception& error) {
  Failure failure{.kind = FailureKind::internal, .message = error.what()};
  const int code = code_of(error);
  if (const auto* known = dynamic_cast<const KnownFailure*>(&error))
    failure.kind = known->kind();
  else if (code == ENOSPC || code == EDQUOT)
    failure.kind = FailureKind::full;
  return failure;
}

}  // namespace overlayd::git
