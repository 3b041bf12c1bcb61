# shellcheck shell=bash
# The papers of the house: what documents and comments refer to is here. Sourced by Tests/run, in the top directory, after
# documents.sh.

readonly inputs=Tests/Vectors/README.md

# Every path of the repository that a document names is there.
documents_name_what_exists() {
  local path document status=0
  while IFS=: read -r document path; do
    if [[ ! -e $path ]]; then
      printf '%s names %s\n' "$document" "$path"
      status=1
    fi
  done < <(git ls-files '*.md' .github | xargs -r grep -oHP '(Install|Tests|Sources|\.github)/[A-Za-z0-9._/-]*[A-Za-z0-9_-](?![*…A-Za-z0-9._/-])' | sort -u)
  return "$status"
}

# The numbers of the inputs in the tables of Tests/Vectors/README.md.
input_numbers() { sed -nE 's/^\| ([0-9]+) \|.*/\1/p' "$inputs" | sort -n; }

# Each of the sixty is there once; each has a scenario; no vector and no scenario has a number that is not there.
inputs_and_tests_agree() {
  same "numbered inputs" "$(seq 60)" "$(input_numbers)" &&
    same "inputs with a scenario" "$(input_numbers)" \
      "$(sed -nE 's/^row = ([0-9]+)$/\1/p' Tests/Compliance/scenarios/*.toml | sort -nu)" || return 1
  diff <(find Tests/Vectors -name 'row-*' | sed -E 's@.*/row-0*([0-9]+)-.*@\1@' | sort -nu) <(input_numbers) | grep '^<' || return 0
  printf 'vectors with a number that is not in %s\n' "$inputs"
  return 1
}

# Every stage of Tests/run has a row in Tests/README.md, and every row is one.
stages_are_explained() {
  local tick=$'\x60'
  same "stages" "$(printf '%s\n' quick "${stages[@]}" | sort)" \
    "$(sed -nE "/^\| stage \|/,/^$/s/^\| ${tick}([a-z]+)${tick} \|.*/\1/p" Tests/README.md | sort)"
}

# The compliance tests have the exit statuses of the reason codes written down, as something that the program is held to.
harness_knows_every_reason_code() {
  same "reason codes" "$(reasons_with_status)" \
    "$(PYTHONPATH=Tests/Compliance python3 -B -c 'from harness.scenario import STATUSES
for code, status in STATUSES.items(): print(code, status)' | sort)"
}

# Nothing refers to a paper that a checkout lacks.
citations_can_be_read() {
  ! git grep -nIE 'postfix-semantics|\(design|design[,:] |house-review|models\.md|peers\.md|shared/(reference|cases|design)' -- \
    . ':!Tests/Checks/papers.sh'
}

# The code words in the glossary of Sources/README.md are types.
glossary_is_in_the_code() {
  local word status=0 tick=$'\x60'
  while IFS= read -r word; do
    grep -rqE "(struct|enum|class|protocol) $word\b" Sources --include='*.swift' || {
      printf 'Sources/README.md explains %s, which is no type\n' "$word"
      status=1
    }
  done < <(sed -n '/^| word | meaning |/,/^$/s/.*| \([^|]*\) |$/\1/p' Sources/README.md | grep -oE "${tick}[A-Za-z]+${tick}" | tr -d "$tick")
  return "$status"
}

# The files of one message in Sources/README.md are there.
way_of_a_message_names_files() {
  local file status=0 tick=$'\x60'
  while IFS= read -r file; do
    [[ -e $file || -e Sources/Submission/$file ]] || {
      printf 'Sources/README.md names %s\n' "$file"
      status=1
    }
  done < <(sed -n '/^| file | question |/,/^$/s/^| \([^|]*\) |.*/\1/p' Sources/README.md | grep -oE "${tick}[^$tick]+\.swift${tick}" | tr -d "$tick")
  return "$status"
}
