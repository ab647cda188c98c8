package dev.cairn.cli;

import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "undo",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Undoes the last restore: restores the checkpoint that was the latest when that restore"
          + " began.",
      "",
      "That checkpoint is kept until the next restore, independent of retention.",
      ""
    })
final class UndoCommand extends VerbCommand {
  @Option(
      names = "--dry-run",
      description = "Check everything, print what would be replayed, and change nothing.")
  private boolean triesOnly;

  @Override
  String text() {
    return "undo";
  }

  @Override
  int run(Connection connection, PrintWriter out) throws InterruptedException {
    return triesOnly
        ? DryRuns.print(DryRuns.on(connection).undo(connection.requireJob()), json(), out)
        : super.run(connection, out);
  }
}
