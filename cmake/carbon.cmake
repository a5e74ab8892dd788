# SPDX-License-Identifier: Apache-2.0
# The three kinds of target: carbon_library (a room), carbon_test (a file of tests), carbon_fuzzer.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

find_program(CARBON_CCACHE ccache)
if(CARBON_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CARBON_CCACHE})
endif()

# Every flag hangs on this target; nothing is set globally.
add_library(carbon_options INTERFACE)
target_compile_options(carbon_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor
  -Wno-missing-field-initializers  # designated initialisers leave the defaults on purpose
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>  # GCC 12 sees overlaps in std::string (bug 105651)
  # Clang 19 blames std::stable_sort's callers for what libstdc++ 12 uses inside.
  $<$<CXX_COMPILER_ID:Clang>:-Wno-deprecated-declarations>)
target_include_directories(carbon_options INTERFACE ${PROJECT_SOURCE_DIR}/src)
target_compile_definitions(carbon_options INTERFACE
  CARBON_KUBE_VERSION="${PROJECT_VERSION}" BOOST_ASIO_NO_DEPRECATED)
find_program(CARBON_MOLD mold)
if(CARBON_MOLD)
  target_link_options(carbon_options INTERFACE -fuse-ld=mold)
endif()
if(CARBON_SANITIZE)
  target_compile_options(carbon_options INTERFACE
    -fsanitize=${CARBON_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all
    # A quarter of the compile time, for what the machine and ASan trap anyhow.
    -fno-sanitize=null,alignment)
  target_link_options(carbon_options INTERFACE -fsanitize=${CARBON_SANITIZE})
endif()
if(CARBON_BUILD_FUZZERS)
  # libFuzzer refuses a harness whose code under test is not instrumented too.
  target_compile_options(carbon_options INTERFACE -fsanitize=fuzzer-no-link)
endif()

# carbon_library(grid DEPENDS base): all of src/grid as carbon::grid.
function(carbon_library room)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "DEPENDS;LIBRARIES")
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS
    ${PROJECT_SOURCE_DIR}/src/${room}/*.cpp ${PROJECT_SOURCE_DIR}/src/${room}/*.h)
  list(FILTER sources EXCLUDE REGEX "/main\\.cpp$")
  if("${sources}" MATCHES "\\.cpp")
    add_library(carbon_${room} STATIC ${sources})
    set(scope PUBLIC)
  else()
    add_library(carbon_${room} INTERFACE)
    set(scope INTERFACE)
  endif()
  add_library(carbon::${room} ALIAS carbon_${room})
  target_link_libraries(carbon_${room} ${scope} carbon_options ${arg_LIBRARIES})
  foreach(dependency IN LISTS arg_DEPENDS)
    target_link_libraries(carbon_${room} ${scope} carbon::${dependency})
  endforeach()
endfunction()

# carbon_embed(workloads data/regions.csv kRegionsCsv): the file's text as a string_view of that name
# in "regions.csv.h", for the room alone. A machine that runs the binary has no data/ beside it.
function(carbon_embed room file name)
  cmake_path(GET file FILENAME stem)
  set(folder ${PROJECT_BINARY_DIR}/embedded/${room})
  set_property(DIRECTORY ${PROJECT_SOURCE_DIR} APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
    ${PROJECT_SOURCE_DIR}/${file})
  file(READ ${PROJECT_SOURCE_DIR}/${file} text)
  configure_file(${PROJECT_SOURCE_DIR}/cmake/embedded.h.in ${folder}/${stem}.h @ONLY)
  target_include_directories(carbon_${room} PRIVATE ${folder})
endfunction()

# carbon_test(series_test grid): tests/<current folder>/series_test.cpp against carbon::grid. Tests run
# in the project's root, which they know as CARBON_SOURCE_DIR: relative, so that two checkouts share
# one compiler cache.
function(carbon_test name)
  if(NOT EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/${name}.cpp)
    message(FATAL_ERROR "${name}.cpp is registered but absent")
  endif()
  add_executable(${name} ${name}.cpp)
  target_link_libraries(${name} PRIVATE carbon_options GTest::gmock_main)
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  target_compile_definitions(${name} PRIVATE CARBON_SOURCE_DIR=".")
  foreach(room IN LISTS ARGN)
    target_link_libraries(${name} PRIVATE carbon::${room})
  endforeach()
  cmake_path(GET CMAKE_CURRENT_SOURCE_DIR FILENAME label)
  if(NOT TARGET tests_${label})
    add_custom_target(tests_${label})
  endif()
  add_dependencies(tests_${label} ${name})
  gtest_discover_tests(${name} NO_PRETTY_VALUES DISCOVERY_TIMEOUT 60
    WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
    PROPERTIES LABELS ${label} TIMEOUT 300)
endfunction()

# carbon_fuzzer(series_csv grid): tests/fuzz/series_csv_fuzz.cpp, run by ctest for as long as the
# environment's CARBON_FUZZ_SECONDS says. FILES are those of src/ that it needs of a room whose whole
# is not worth building for it.
set(CARBON_FUZZ_SECONDS 30)
if(DEFINED ENV{CARBON_FUZZ_SECONDS})
  set(CARBON_FUZZ_SECONDS $ENV{CARBON_FUZZ_SECONDS})
endif()
function(carbon_fuzzer name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "FILES;LIBRARIES")
  if(NOT EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/${name}_fuzz.cpp)
    message(FATAL_ERROR "${name}_fuzz.cpp is registered but absent")
  endif()
  list(TRANSFORM arg_FILES PREPEND ${PROJECT_SOURCE_DIR}/src/)
  add_executable(${name}_fuzz ${name}_fuzz.cpp ${arg_FILES})
  target_link_libraries(${name}_fuzz PRIVATE carbon_options ${arg_LIBRARIES})
  target_link_options(${name}_fuzz PRIVATE -fsanitize=fuzzer)
  if(NOT TARGET fuzzers)
    add_custom_target(fuzzers)
  endif()
  add_dependencies(fuzzers ${name}_fuzz)
  foreach(room IN LISTS arg_UNPARSED_ARGUMENTS)
    target_link_libraries(${name}_fuzz PRIVATE carbon::${room})
  endforeach()
  set(found ${CMAKE_CURRENT_BINARY_DIR}/corpus/${name})
  file(MAKE_DIRECTORY ${found})
  set(seeds ${CMAKE_CURRENT_SOURCE_DIR}/corpus/${name})
  if(NOT EXISTS ${seeds})
    set(seeds "")
  endif()
  add_test(NAME fuzz.${name}
    COMMAND ${name}_fuzz -max_total_time=${CARBON_FUZZ_SECONDS} -max_len=65536 -rss_limit_mb=2048
      -timeout=10 -print_final_stats=1 ${found} ${seeds})
  math(EXPR timeout "${CARBON_FUZZ_SECONDS} + 150")
  set_tests_properties(fuzz.${name} PROPERTIES LABELS fuzz TIMEOUT ${timeout})
endfunction()
