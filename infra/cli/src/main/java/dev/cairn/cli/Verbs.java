package dev.cairn.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The commands that send requests to a job, except restores. */
final class Verbs {
  private Verbs() {}

  private static String with(String verb, @Nullable String operand) {
    return operand == null ? verb : verb + " " + operand;
  }

  /**
   * Requires a name that is one word, because a request separates its words by blanks.
   *
   * @throws ExitException if it is not one word; the message quotes the whole input
   */
  private static void requireName(@Nullable String typed, String what) {
    if (typed != null && !typed.matches("\\S+")) {
      throw ExitException.unusable(
          "\"" + typed + "\" cannot name " + what + ": a name is one word, without blanks");
    }
  }

  /**
   * Requires a checkpoint's id.
   *
   * @throws ExitException if it is not an id
   */
  private static void requireId(String typed) {
    var unused = CheckpointIds.parse(typed);
  }

  @Command(
      name = "checkpoint",
      mixinStandardHelpOptions = true,
      versionProvider = Version.class,
      description = {"Takes a checkpoint now, whether or not one is due.", ""})
  static final class Checkpoint extends VerbCommand {
    @Override
    String text() {
      return "checkpoint";
    }
  }

  @Command(
      name = "savepoint",
      mixinStandardHelpOptions = true,
      versionProvider = Version.class,
      description = {
        "Takes a savepoint now: self-contained, and in its own directory. You own it; only"
            + " cairn dispose deletes it.",
        ""
      })
  static final class Savepoint extends VerbCommand {
    @Parameters(
        arity = "0..1",
        paramLabel = "NAME",
        description = "A part of its directory's name.")
    private @Nullable String name;

    @Override
    void requireUsable() {
      requireName(name, "a savepoint");
      super.requireUsable();
    }

    @Override
    String text() {
      return with("savepoint", name);
    }
  }

  @Command(
      name = "stop",
      mixinStandardHelpOptions = true,
      versionProvider = Version.class,
      description = {
        "Halts the job, and takes a savepoint of its final state.",
        "",
        "No records are consumed or lost until cairn resume or a restore. If the savepoint"
            + " fails, the job continues.",
        ""
      })
  static final class Stop extends VerbCommand {
    @Parameters(arity = "0..1", paramLabel = "NAME", description = "The savepoint's name.")
    private @Nullable String name;

    @Override
    void requireUsable() {
      requireName(name, "a savepoint");
      super.requireUsable();
    }

    @Override
    String text() {
      return with("stop", name);
    }
  }

  @Command(
      name = "accept-gap",
      mixinStandardHelpOptions = true,
      versionProvider = Version.class,
      description = {
        "Continues a shard although records are missing.",
        "",
        "After a split or a merge, a shard waits until its parents are read to their end. If the"
            + " stream has forgotten records before they were read, that cannot be proved. This"
            + " command accepts the loss and records it.",
        ""
      })
  static final class AcceptGap extends VerbCommand {
    @Parameters(
        arity = "1",
        paramLabel = "SHARD",
        description = "The shard that waits, or that cannot be read to its end.")
    private String shard = "";

    @Override
    String text() {
      return with("accept-gap", shard);
    }
  }

  @Command(
      name = "cancel",
      mixinStandardHelpOptions = true,
      versionProvider = Version.class,
      description = {
        "Halts the job at once, without a savepoint.",
        "",
        "No records are consumed or lost until cairn resume or a restore.",
        ""
      })
  static final class Cancel extends VerbCommand {
    @ArgGroup private Checkpoints checkpoints = new Checkpoints();

    /**
     * Whether the checkpoints are kept; by default
     * execution.checkpointing.externalized-checkpoint-retention applies.
     */
    static final class Checkpoints {
      @Option(
          names = "--retain",
          description = "Keep its checkpoints, overriding the job's setting.")
      private boolean retained;

      @Option(
          names = "--delete",
          description = "Delete its checkpoints, overriding the job's setting; savepoints stay.")
      private boolean deleted;
    }

    @Override
    String text() {
      return "cancel"
          + (checkpoints.retained ? " --retain" : "")
          + (checkpoints.deleted ? " --delete" : "");
    }
  }

  @Command(
      name = "resume",
      mixinStandardHelpOptions = true,
      versionProvider = Version.class,
      description = {
        "Resumes a job from the state in which it was stopped, was cancelled or failed.",
        ""
      })
  static final class Resume extends VerbCommand {
    @Option(
        names = "--accept-gap",
        description = "Records that expired while the job was halted may be missing.")
    private boolean acceptsGap;

    @Override
    String text() {
      return "resume" + (acceptsGap ? " --accept-gap" : "");
    }
  }

  /** A command whose only operand is the id of a checkpoint or a savepoint. */
  private abstract static class IdCommand extends VerbCommand {
    private final String verb;

    @Parameters(paramLabel = "ID", description = "The checkpoint or savepoint.")
    private String id = "";

    IdCommand(String verb) {
      this.verb = verb;
    }

    @Override
    final void requireUsable() {
      requireId(id);
      super.requireUsable();
    }

    @Override
    final String text() {
      return with(verb, id);
    }
  }

  @Command(
      name = "dispose",
      mixinStandardHelpOptions = true,
      versionProvider = Version.class,
      description = {
        "Deletes a checkpoint or a savepoint.",
        "",
        "Refused while a restore, its undo or a journal needs it.",
        ""
      })
  static final class Dispose extends IdCommand {
    Dispose() {
      super("dispose");
    }
  }

  @Command(
      name = "pin",
      mixinStandardHelpOptions = true,
      versionProvider = Version.class,
      description = {
        "Pins a checkpoint: it is kept independent of retention.",
        "",
        "A pinned checkpoint does not count against num-retained, is never subsumed or"
            + " deleted, and survives restores. It can be disposed of only after cairn unpin.",
        ""
      })
  static final class Pin extends IdCommand {
    Pin() {
      super("pin");
    }
  }

  @Command(
      name = "unpin",
      mixinStandardHelpOptions = true,
      versionProvider = Version.class,
      description = {"Unpins a checkpoint: it is deleted when later checkpoints subsume it.", ""})
  static final class Unpin extends IdCommand {
    Unpin() {
      super("unpin");
    }
  }

  @Command(
      name = "fork",
      mixinStandardHelpOptions = true,
      versionProvider = Version.class,
      description = {
        "Begins another job from a checkpoint without copying state: the checkpoint's files"
            + " are kept while that job needs them.",
        "",
        "Deploy the other job as a fork of this one, on its table, bucket and stream. It"
            + " releases the files itself when it no longer needs them.",
        ""
      })
  static final class Fork extends VerbCommand {
    @ArgGroup(multiplicity = "1")
    private Which which = new Which();

    /** A fork begins, or ends. */
    static final class Which {
      @ArgGroup(exclusive = false)
      private @Nullable Begun begun;

      @Option(
          names = "--release",
          paramLabel = "NAME",
          description =
              "Release the files that are kept for this fork. It must be CANCELLED, or never"
                  + " deployed.")
      private @Nullable String released;
    }

    /** The job that begins. */
    static final class Begun {
      @Parameters(paramLabel = "CHECKPOINT", description = "The checkpoint.")
      private String id = "";

      @Option(
          names = "--as",
          required = true,
          paramLabel = "NAME",
          description = "The name of the other job.")
      private String name = "";
    }

    @Override
    void requireUsable() {
      if (which.begun != null) {
        requireId(which.begun.id);
        requireName(which.begun.name, "a job");
      }
      requireName(which.released, "a job");
      super.requireUsable();
    }

    @Override
    String text() {
      return which.begun == null
          ? with("unfork", which.released)
          : with("fork", which.begun.id + " " + which.begun.name);
    }
  }
}
