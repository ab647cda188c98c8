package dev.cairn.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cairn.cli.inspect.CheckpointFileList;
import dev.cairn.cli.inspect.CheckpointFileList.Verdict;
import dev.cairn.cli.output.Elision;
import dev.cairn.cli.output.Sizes;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;

@Command(
    name = "verify",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Reads every file of a completed checkpoint, a savepoint or an exported copy, and"
          + " checks its size, SHA-256, structure, and the checksum of every block.",
      "",
      "Lists each file; exits with 1 if any is damaged or missing.",
      ""
    })
final class VerifyCommand extends CheckpointCommand {
  private static final int BEFORE_PATH = "DAMAGED  metadata  1.23 MB    ".length();

  @Override
  int run(Named checkpoint, PrintWriter out) {
    List<Verdict> verdicts =
        new CheckpointFileList(checkpoint.storage()).verify(checkpoint.metadata());
    long damaged = verdicts.stream().filter(verdict -> verdict.damage().isPresent()).count();
    if (json()) {
      out.println(JsonOutput.pretty(json(checkpoint.name(), verdicts, damaged)));
    } else {
      print(out, checkpoint.name(), verdicts, damaged);
    }
    return damaged == 0 ? ExitCode.OK : ExitCode.NO;
  }

  private static ObjectNode json(CheckpointName name, List<Verdict> verdicts, long damaged) {
    ObjectNode json = JsonOutput.object();
    switch (name) {
      case CheckpointName.Numbered numbered -> json.put("checkpoint", numbered.id().value());
      case CheckpointName.InStorage there -> json.put("metadata", there.metadata().value());
      case CheckpointName.Elsewhere there -> json.put("metadata", there.metadata().value());
    }
    json.put("intact", damaged == 0);
    ArrayNode files = json.putArray("files");
    for (Verdict verdict : verdicts) {
      ObjectNode file =
          JsonOutput.file(verdict.file())
              .put("kind", verdict.kind())
              .put("intact", verdict.damage().isEmpty());
      verdict.damage().ifPresent(damage -> file.put("damage", damage));
      files.add(file);
    }
    return json;
  }

  private void print(PrintWriter out, CheckpointName name, List<Verdict> verdicts, long damaged) {
    long bytes = 0;
    for (Verdict verdict : verdicts) {
      bytes += verdict.file().sizeBytes();
      out.printf(
          Locale.ROOT,
          "%-7s  %-8s  %9s  %s\n",
          verdict.damage().isEmpty() ? "ok" : "DAMAGED",
          verdict.kind(),
          Sizes.bytes(verdict.file().sizeBytes()),
          verdict.damage().isEmpty()
              ? Elision.middle(verdict.file().path().value(), columns() - BEFORE_PATH)
              : verdict.file().path());
      verdict.damage().ifPresent(damage -> out.println("         " + damage));
    }
    out.println();
    out.println(
        damaged == 0
            ? name
                + " is intact: "
                + verdicts.size()
                + " files, "
                + Sizes.bytes(bytes)
                + ", every byte read"
            : name
                + " is DAMAGED: "
                + damaged
                + " of "
                + verdicts.size()
                + " files; its restore will be refused or stop at the damage: choose another"
                + " checkpoint");
  }
}
