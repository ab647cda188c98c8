package dev.cairn.command;

import dev.cairn.checkpoint.ClaimMode;
import dev.cairn.command.Command.Options;
import dev.cairn.command.Command.StartsAt;
import dev.cairn.command.Command.Target;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.JobId;
import dev.cairn.id.SavepointName;
import dev.cairn.id.ShardId;
import dev.cairn.job.Request;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A command as text: a verb, its operands, and options, separated by blanks.
 *
 * <pre>
 * checkpoint
 * savepoint [NAME]
 * stop [NAME]
 * cancel [--retain | --delete]
 * resume [--accept-gap]
 * restore latest | ID | PATH [--claim-mode NO_CLAIM | CLAIM] [--allow-non-restored-state]
 *     [--accept-gap] [--positions same | horizon | TIMESTAMP]
 * undo
 * dispose ID
 * pin ID
 * unpin ID
 * fork ID JOB
 * unfork JOB
 * upgrade [FORMAT]
 * accept-gap SHARD
 * </pre>
 */
public final class CommandText {
  private static final int LONGEST_SHOWN = 60;

  private CommandText() {}

  /**
   * Reads a command.
   *
   * @throws InvalidCommandException if the text is not a command
   */
  public static Command parse(String text) throws InvalidCommandException {
    Words words = new Words(text);
    String verb = words.next("a command").toLowerCase(Locale.ROOT);
    Command command =
        switch (verb) {
          case "checkpoint" -> new Command.Checkpoint();
          case "savepoint" -> new Command.Savepoint(name(words));
          case "stop" -> new Command.Stop(name(words));
          case "cancel" -> new Command.Cancel(deletes(words));
          case "resume" -> new Command.Resume(words.flag("--accept-gap"));
          case "restore" ->
              new Command.Restore(target(words.next("what to restore")), options(words));
          case "undo" -> new Command.Undo();
          case "dispose" -> new Command.Dispose(id(words.next("a checkpoint's id")));
          case "pin" -> new Command.Pin(id(words.next("a checkpoint's id")));
          case "unpin" -> new Command.Unpin(id(words.next("a checkpoint's id")));
          case "fork" ->
              new Command.Fork(
                  id(words.next("a checkpoint's id")), job(words.next("the new job's name")));
          case "unfork" -> new Command.Unfork(job(words.next("the fork's name")));
          case "upgrade" -> new Command.Upgrade(format(words));
          case "accept-gap" -> new Command.AcceptGap(shard(words.next("a shard's id")));
          default ->
              throw new InvalidCommandException(
                  "\""
                      + shown(verb)
                      + "\" is not a command; the commands are checkpoint, savepoint, stop,"
                      + " cancel, resume, restore, undo, dispose, pin, unpin, fork,"
                      + " unfork, upgrade and accept-gap");
        };
    words.requireEnd(verb);
    return command;
  }

  private static Optional<SavepointName> name(Words words) throws InvalidCommandException {
    Optional<String> name = words.operand();
    try {
      return name.map(SavepointName::new);
    } catch (IllegalArgumentException e) {
      throw new InvalidCommandException(
          "\"" + shown(name.orElse("")) + "\" cannot name a savepoint: " + e.getMessage());
    }
  }

  private static Optional<Long> format(Words words) throws InvalidCommandException {
    Optional<String> number = words.operand();
    try {
      return number.map(Long::parseLong);
    } catch (NumberFormatException e) {
      throw new InvalidCommandException(
          "\"" + shown(number.orElse("")) + "\" is no format: give its number, such as 2");
    }
  }

  private static Optional<Boolean> deletes(Words words) throws InvalidCommandException {
    boolean retains = words.flag("--retain");
    boolean deletes = words.flag("--delete");
    if (retains && deletes) {
      throw new InvalidCommandException("cancel takes --retain or --delete, not both");
    }
    return retains || deletes ? Optional.of(deletes) : Optional.empty();
  }

  private static JobId job(String text) throws InvalidCommandException {
    try {
      return new JobId(text);
    } catch (IllegalArgumentException e) {
      throw new InvalidCommandException(
          "\"" + shown(text) + "\" cannot name a job: " + e.getMessage());
    }
  }

  private static ShardId shard(String text) throws InvalidCommandException {
    try {
      return new ShardId(text);
    } catch (IllegalArgumentException e) {
      throw new InvalidCommandException(
          "\"" + shown(text) + "\" is not a shard's id: " + e.getMessage());
    }
  }

  private static Target target(String text) throws InvalidCommandException {
    if (text.equalsIgnoreCase("latest")) {
      return new Target.Latest();
    }
    return text.contains("/")
        ? new Target.Path(text)
        : new Target.Id(id(text, ", or \"latest\", or the path of a _metadata file"));
  }

  private static CheckpointId id(String text) throws InvalidCommandException {
    return id(text, "");
  }

  /**
   * Reads an id.
   *
   * @param more what else the command accepts in this place
   */
  private static CheckpointId id(String text, String more) throws InvalidCommandException {
    try {
      return new CheckpointId(Long.parseLong(text));
    } catch (IllegalArgumentException e) {
      throw new InvalidCommandException(
          "\"" + shown(text) + "\" is not a checkpoint id: give a whole number, such as 7" + more);
    }
  }

  private static Options options(Words words) throws InvalidCommandException {
    return new Options(
        claimMode(words.option("--claim-mode")),
        words.flag("--allow-non-restored-state"),
        words.flag("--accept-gap"),
        startsAt(words.option("--positions")));
  }

  private static ClaimMode claimMode(Optional<String> text) throws InvalidCommandException {
    if (text.isEmpty()) {
      return ClaimMode.NO_CLAIM;
    }
    return switch (text.get().toUpperCase(Locale.ROOT)) {
      case "NO_CLAIM" -> ClaimMode.NO_CLAIM;
      case "CLAIM" -> ClaimMode.CLAIM;
      case "LEGACY" ->
          throw new InvalidCommandException(
              "--claim-mode LEGACY does not exist here, and no longer in Flink: use NO_CLAIM,"
                  + " which leaves the files to their owner, or CLAIM");
      default ->
          throw new InvalidCommandException(
              "--claim-mode is NO_CLAIM or CLAIM, not \"" + shown(text.get()) + "\"");
    };
  }

  private static Optional<StartsAt> startsAt(Optional<String> text) throws InvalidCommandException {
    if (text.isEmpty()) {
      return Optional.empty();
    }
    if (text.get().equalsIgnoreCase("same")) {
      return Optional.of(new StartsAt.SameStream());
    }
    if (text.get().equalsIgnoreCase("horizon")) {
      return Optional.of(new StartsAt.Horizon());
    }
    try {
      return Optional.of(new StartsAt.Timestamp(Instant.parse(text.get())));
    } catch (DateTimeException e) {
      throw new InvalidCommandException(
          "--positions is same, horizon, or a time such as 2026-11-21T14:00:00Z, not \""
              + shown(text.get())
              + "\"");
    }
  }

  /** Returns the text that {@link #parse} reads as this command. */
  public static String print(Command command) {
    return switch (command) {
      case Command.Checkpoint c -> "checkpoint";
      case Command.Savepoint(Optional<SavepointName> name) -> "savepoint" + operand(name);
      case Command.Stop(Optional<SavepointName> name) -> "stop" + operand(name);
      case Command.Cancel(Optional<Boolean> deletes) ->
          "cancel" + deletes.map(yes -> yes ? " --delete" : " --retain").orElse("");
      case Command.Resume(boolean acceptsGap) -> "resume" + (acceptsGap ? " --accept-gap" : "");
      case Command.Restore(Target target, Options options) ->
          "restore " + print(target) + print(options);
      case Command.Undo u -> "undo";
      case Command.Dispose(CheckpointId id) -> "dispose " + id;
      case Command.Pin(CheckpointId id) -> "pin " + id;
      case Command.Unpin(CheckpointId id) -> "unpin " + id;
      case Command.Fork(CheckpointId id, JobId name) -> "fork " + id + " " + name;
      case Command.Unfork(JobId name) -> "unfork " + name;
      case Command.Upgrade(Optional<Long> to) ->
          "upgrade" + to.map(number -> " " + number).orElse("");
      case Command.AcceptGap(ShardId shard) -> "accept-gap " + shard;
    };
  }

  /**
   * Returns the command as a request on a job's item. A restore uses the attribute that is handled
   * first, so that no waiting request blocks it.
   */
  public static Request request(Command command) {
    String text = print(command);
    return command instanceof Command.Restore
        ? Request.restore(text.substring("restore ".length()))
        : Request.command(text);
  }

  private static String operand(Optional<SavepointName> name) {
    return name.map(text -> " " + text).orElse("");
  }

  private static String print(Target target) {
    return switch (target) {
      case Target.Latest l -> "latest";
      case Target.Id(CheckpointId id) -> id.toString();
      case Target.Path(String path) -> path;
    };
  }

  private static String print(Options options) {
    StringBuilder text = new StringBuilder();
    if (options.claimMode() != ClaimMode.NO_CLAIM) {
      text.append(" --claim-mode ").append(options.claimMode());
    }
    if (options.allowsNonRestoredState()) {
      text.append(" --allow-non-restored-state");
    }
    if (options.acceptsGap()) {
      text.append(" --accept-gap");
    }
    options
        .startsAt()
        .ifPresent(
            where ->
                text.append(" --positions ")
                    .append(
                        switch (where) {
                          case StartsAt.SameStream s -> "same";
                          case StartsAt.Horizon h -> "horizon";
                          case StartsAt.Timestamp(Instant at) -> at.toString();
                        }));
    return text.toString();
  }

  private static String shown(String text) {
    String plain = text.replaceAll("\\p{Cntrl}", "?");
    return plain.length() <= LONGEST_SHOWN ? plain : plain.substring(0, LONGEST_SHOWN) + "…";
  }

  /** The words of a text, read one by one. */
  private static final class Words {
    private final Deque<String> left;

    Words(String text) {
      String plain = text.strip();
      this.left = new ArrayDeque<>(plain.isEmpty() ? List.of() : List.of(plain.split("\\s+")));
    }

    String next(String what) throws InvalidCommandException {
      String word = left.poll();
      if (word == null || word.startsWith("--")) {
        throw new InvalidCommandException(
            "the command ends where it should name " + what + "; for example: restore 7");
      }
      return word;
    }

    Optional<String> operand() {
      return left.isEmpty() || left.peek().startsWith("--")
          ? Optional.empty()
          : Optional.ofNullable(left.poll());
    }

    boolean flag(String name) {
      return left.remove(name);
    }

    /** {@code --name value} or {@code --name=value}. */
    Optional<String> option(String name) throws InvalidCommandException {
      for (String word : left) {
        if (word.startsWith(name + "=")) {
          left.remove(word);
          return Optional.of(word.substring(name.length() + 1));
        }
      }
      if (!left.contains(name)) {
        return Optional.empty();
      }
      List<String> all = List.copyOf(left);
      int at = all.indexOf(name);
      if (at + 1 == all.size()) {
        throw new InvalidCommandException(name + " needs a value");
      }
      left.clear();
      left.addAll(all.subList(0, at));
      left.addAll(all.subList(at + 2, all.size()));
      return Optional.of(all.get(at + 1));
    }

    void requireEnd(String verb) throws InvalidCommandException {
      if (!left.isEmpty()) {
        throw new InvalidCommandException(
            "\"" + verb + "\" does not take \"" + shown(String.join(" ", left)) + "\"");
      }
    }
  }
}
