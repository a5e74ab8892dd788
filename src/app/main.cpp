// SPDX-License-Identifier: Apache-2.0
#include "app/commands.h"

int main(int argc, char** argv) { return carbon::app::RunCommandLine(argc, argv); }
