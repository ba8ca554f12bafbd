// How tokens and passwords are called.
#pragma once

#include <string_view>

namespace overlayd {

// Whether a key wants the path of a file with a secret.
bool wants_path_to_secret(std::string_view key);

// Whether `text` has a part that tells of secrets.
bool has_secret_part(std::string_view text);

// Whether what a key means may be a secret: also if it is mistyped, or has letters that only look
// like others.
bool sounds_secret(std::string_view key);

// Whether a secret follows the word without any sign between, as in a netrc file or HTTP header.
bool announces_secret(std::string_view word);

}  // namespace overlayd
