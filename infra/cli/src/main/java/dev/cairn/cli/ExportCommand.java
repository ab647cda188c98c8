package dev.cairn.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cairn.cli.inspect.SelfContainedCopy;
import dev.cairn.cli.inspect.SelfContainedCopy.OccupiedException;
import dev.cairn.cli.output.Elision;
import dev.cairn.cli.output.Sizes;
import dev.cairn.format.FormatException;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileRef;
import dev.cairn.storage.FileStorage;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "export",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Writes a self-contained copy of a completed checkpoint or savepoint into a directory.",
      "",
      "Every file is read and checked. The copy needs no file outside its directory and can"
          + " be moved anywhere; restore or verify it by the location of its _metadata."
          + " Nothing is overwritten; repeating an interrupted export continues it.",
      ""
    })
final class ExportCommand extends CheckpointCommand {
  @Option(
      names = "--to",
      required = true,
      paramLabel = "DIRECTORY",
      description = "The directory to create, or s3://bucket/prefix for a pipeline in AWS.")
  private String to = "";

  @Override
  void requireUsable() {
    target();
  }

  private FilePath target() {
    try {
      return CheckpointName.directory(to);
    } catch (ExitException e) {
      throw ExitException.unusable("--to: " + e.getMessage());
    }
  }

  @Override
  int run(Named checkpoint, PrintWriter out) {
    FilePath directory = target();
    if (checkpoint.isDemo() && to.strip().startsWith("s3:")) {
      throw ExitException.unusable(
          "--to "
              + to.strip()
              + ": the demo's files are on this machine, not in S3; export to a directory"
              + " such as --to ./copy, and upload it with: aws s3 cp --recursive ./copy "
              + to.strip());
    }
    FileStorage target = CheckpointName.storageAt(directory, checkpoint.aws());
    List<FileRef> files = new ArrayList<>();
    SelfContainedCopy copy =
        new SelfContainedCopy(
            checkpoint.storage(),
            target,
            directory,
            file -> {
              files.add(file);
              if (!json()) {
                print(out, file);
              }
            });
    try {
      FileRef metadata = copy.of(checkpoint.metadata());
      long bytes = files.stream().mapToLong(FileRef::sizeBytes).sum();
      if (json()) {
        out.println(JsonOutput.pretty(json(metadata, files, bytes)));
      } else {
        out.println();
        out.println(
            checkpoint.name()
                + " is exported: "
                + files.size()
                + " files, "
                + Sizes.bytes(bytes)
                + ", every byte of the original read; it is named by "
                + metadata.path());
      }
      return ExitCode.OK;
    } catch (OccupiedException e) {
      throw ExitException.no(e.getMessage() + " (--to)");
    } catch (FormatException e) {
      throw ExitException.no(checkpoint.name() + " cannot be exported: " + e.getMessage());
    }
  }

  private void print(PrintWriter out, FileRef file) {
    out.printf(
        Locale.ROOT,
        "written  %9s  %s\n",
        Sizes.bytes(file.sizeBytes()),
        Elision.middle(file.path().value(), columns() - "written   1.23 MB  ".length()));
    out.flush();
  }

  private static ObjectNode json(FileRef metadata, List<FileRef> files, long bytes) {
    ObjectNode json = JsonOutput.object().put("sizeBytes", bytes);
    json.set("metadata", JsonOutput.file(metadata));
    ArrayNode written = json.putArray("files");
    files.forEach(file -> written.add(JsonOutput.file(file)));
    return json;
  }
}
