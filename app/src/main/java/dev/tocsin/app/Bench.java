package dev.tocsin.app;

import picocli.CommandLine.Command;

/// Measures a server.
@Command(
    name = "bench",
    description = "Measures a server.",
    synopsisSubcommandLabel = "COMMAND",
    commandListHeading = "%nCommands:%n")
final class Bench {}
