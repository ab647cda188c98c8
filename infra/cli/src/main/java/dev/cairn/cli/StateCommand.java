package dev.cairn.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cairn.checkpoint.Acknowledgement;
import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.SubtaskState;
import dev.cairn.cli.inspect.CheckpointFileList;
import dev.cairn.cli.inspect.CurrentHolders;
import dev.cairn.cli.inspect.ReadableState;
import dev.cairn.cli.inspect.StateReader;
import dev.cairn.cli.inspect.StateView;
import dev.cairn.id.SubtaskId;
import dev.cairn.state.KeyHash;
import dev.cairn.state.StateKey;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "state",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Shows the state of one key or of all keys, as it is now or in a checkpoint.",
      "",
      "Reads the journal and the files that it names. It needs none of your classes, because"
          + " stored values describe themselves.",
      ""
    })
final class StateCommand extends PipelineCommand {
  @ArgGroup(multiplicity = "1")
  private Which which = new Which();

  /** One key, or all. */
  static final class Which {
    @Parameters(paramLabel = "KEY", description = "The partition key.")
    private String key = "";

    @Option(
        names = "--all",
        description = "All keys, shard by shard, one per line; with --json one object per line.")
    private boolean all;
  }

  @Option(
      names = "--hash-key",
      paramLabel = "H",
      description =
          "The explicit hash key of KEY, a decimal number (default: the hash of KEY itself).")
  private @Nullable String hashKey;

  @Option(
      names = "--checkpoint",
      paramLabel = "ID",
      description = "The state in this checkpoint (default: the current state).")
  private @Nullable String checkpoint;

  @Override
  void requireUsable() {
    if (checkpoint != null) {
      CheckpointIds.parse(checkpoint);
    }
    if (!which.all) {
      var unused = hash(which.key);
    }
  }

  private KeyHash hash(String key) {
    try {
      return hashKey == null ? KeyHash.of(key) : KeyHash.ofDecimal(hashKey.strip());
    } catch (IllegalArgumentException e) {
      throw ExitException.unusable(
          "--hash-key " + hashKey + " is not a number from 0 to 2^128 - 1");
    }
  }

  @Override
  int run(Connection connection, PrintWriter out) {
    connection.requireJob();
    return which.all ? all(connection, out) : printKey(connection, out, which.key);
  }

  /** Reads shard by shard, so that only one shard's files are in memory at a time. */
  private int all(Connection connection, PrintWriter out) {
    StateReader stored = new StateReader(connection.journal(), connection.storage());
    if (checkpoint == null) {
      Collection<SubtaskId> subtasks = connection.checkpoints().subtasks(connection.job());
      CurrentHolders owners = new CurrentHolders(connection.journal(), subtasks);
      for (SubtaskId subtask : subtasks) {
        stored
            .head(subtask)
            .ifPresent(
                view ->
                    view.forEachKey(
                        (key, cells) -> {
                          if (owners.owns(subtask, cells.firstKey().hash())) {
                            line(out, view, key, cells);
                          }
                        }));
      }
      return ExitCode.OK;
    }
    Checkpoint.Completed completed =
        CheckpointIds.requireCompleted(connection, CheckpointIds.parse(checkpoint));
    for (Acknowledgement.Acknowledged acknowledged :
        new CheckpointFileList(connection.storage()).metadata(completed).acknowledgements()) {
      acknowledged
          .stateFile()
          .map(file -> stored.checkpoint(completed.id(), file))
          .ifPresent(view -> view.forEachKey((key, cells) -> line(out, view, key, cells)));
    }
    return ExitCode.OK;
  }

  private void line(
      PrintWriter out, StateView view, String key, SortedMap<StateKey, byte[]> cells) {
    ObjectNode states = ReadableState.of(view.schemas(), cells);
    if (json()) {
      ObjectNode line = JsonOutput.object().put("key", key).put("subtask", view.subtask().name());
      line.set("state", states);
      out.println(JsonOutput.line(line));
    } else {
      out.println(key.replace("\n", "\\n") + "  " + JsonOutput.line(states));
    }
  }

  private int printKey(Connection connection, PrintWriter out, String key) {
    KeyHash hash = hash(key);
    List<StateView> found = views(connection, hash);
    for (StateView view : found) {
      SortedMap<StateKey, byte[]> cells = view.cells(key, hash);
      if (!cells.isEmpty()) {
        print(out, view, key, ReadableState.of(view.schemas(), cells));
        return ExitCode.OK;
      }
    }
    String where =
        found.isEmpty()
            ? "no shard of its range has been opened"
            : found.getFirst().subtask().name() + " has none at " + found.getFirst().place();
    throw ExitException.no(
        "key \"" + key + "\" has no state: " + where + "; keys are compared exactly, also in case");
  }

  /**
   * Reads the state only of the subtasks to which the key belongs, so that damaged files of others
   * do not matter.
   */
  private List<StateView> views(Connection connection, KeyHash hash) {
    StateReader stored = new StateReader(connection.journal(), connection.storage());
    if (checkpoint == null) {
      Collection<SubtaskId> subtasks = connection.checkpoints().subtasks(connection.job());
      return new CurrentHolders(connection.journal(), subtasks)
          .of(hash).stream().map(stored::head).flatMap(Optional::stream).toList();
    }
    Checkpoint.Completed completed =
        CheckpointIds.requireCompleted(connection, CheckpointIds.parse(checkpoint));
    CheckpointFileList files = new CheckpointFileList(connection.storage());
    Set<SubtaskId> owners =
        files.states(completed).stream()
            .filter(state -> state.origin().range().contains(hash))
            .map(SubtaskState::subtask)
            .collect(Collectors.toSet());
    return files.metadata(completed).acknowledgements().stream()
        .filter(acknowledged -> owners.contains(acknowledged.subtask()))
        .map(Acknowledgement.Acknowledged::stateFile)
        .flatMap(Optional::stream)
        .map(file -> stored.checkpoint(completed.id(), file))
        .toList();
  }

  private void print(PrintWriter out, StateView view, String key, ObjectNode states) {
    if (json()) {
      ObjectNode json =
          JsonOutput.object()
              .put("key", key)
              .put("subtask", view.subtask().name())
              .put("at", view.place())
              .put("position", view.position().toString());
      json.set("state", states);
      out.println(JsonOutput.pretty(json));
      return;
    }
    out.println(key + "  on " + view.subtask().name() + ", at " + view.place());
    states
        .properties()
        .forEach(
            state -> {
              out.println();
              out.println(state.getKey());
              lines(state.getValue()).forEach(line -> out.println("  " + line));
            });
  }

  /** Returns one line per element; a flat value is on one line. */
  private static List<String> lines(JsonNode state) {
    List<String> lines = new ArrayList<>();
    if (state.isArray()) {
      state.forEach(element -> lines.add(JsonOutput.line(element)));
    } else if (state.isObject()) {
      state
          .properties()
          .forEach(entry -> lines.add(entry.getKey() + "  " + JsonOutput.line(entry.getValue())));
    } else {
      lines.add(JsonOutput.line(state));
    }
    return lines;
  }
}
