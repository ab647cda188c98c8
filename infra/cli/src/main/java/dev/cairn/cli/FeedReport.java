package dev.cairn.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cairn.cli.feed.FeedResult;
import dev.cairn.cli.output.Sizes;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** The result of a feed, for people or for scripts. */
record FeedReport(Path input, String stream, FeedResult fed, Duration took) {

  /** Prints it, and returns the exit code. */
  int print(PrintWriter out, PrintWriter err, boolean asJson) {
    if (asJson) {
      out.println(JsonOutput.pretty(json()));
      out.flush();
      return exitCode();
    }
    out.println(
        Sizes.count(fed.sent())
            + " records of "
            + input
            + " are in stream "
            + stream
            + ", in "
            + Sizes.seconds(took)
            + perSecond());
    warning().ifPresent(warning -> err.println("cairn: warning: " + warning));
    if (fed.end() instanceof FeedResult.End.Stopped) {
      out.println("stopped; " + continueHint());
    }
    error().ifPresent(why -> err.println("cairn: " + why + "; " + continueHint()));
    return exitCode();
  }

  private ObjectNode json() {
    ObjectNode json =
        JsonOutput.object()
            .put("file", input.toString())
            .put("stream", stream)
            .put("sent", fed.sent())
            .put("complete", fed.complete())
            .put("beyond", fed.beyond())
            .put("tookMillis", took.toMillis())
            .put("stopped", fed.end() instanceof FeedResult.End.Stopped);
    warning().ifPresent(warning -> json.put("warning", warning));
    error()
        .ifPresent(
            why ->
                json.putObject("error")
                    .put("message", why)
                    .put("exitCode", exitCode())
                    .put("next", continueHint()));
    return json;
  }

  private int exitCode() {
    return switch (fed.end()) {
      case FeedResult.End.AllSent a -> ExitCode.OK;
      case FeedResult.End.Stopped s -> ExitCode.NO;
      case FeedResult.End.Unreadable u -> ExitCode.UNUSABLE;
      case FeedResult.End.Refused r -> ExitCode.UNUSABLE;
      case FeedResult.End.OutcomeUnknown u -> ExitCode.UNUSABLE;
      case FeedResult.End.Failed f -> ExitCode.UNUSABLE;
    };
  }

  private Optional<String> warning() {
    return fed.end() instanceof FeedResult.End.AllSent && fed.sent() == 0
        ? Optional.of(
            "nothing was fed: "
                + input
                + " has "
                + Sizes.count(fed.complete())
                + " records, and --skip leaves out as many or more")
        : Optional.empty();
  }

  private Optional<String> error() {
    return switch (fed.end()) {
      case FeedResult.End.AllSent a -> Optional.empty();
      case FeedResult.End.Stopped s -> Optional.empty();
      case FeedResult.End.Unreadable unreadable ->
          Optional.of(String.valueOf(unreadable.why().getMessage()));
      case FeedResult.End.Refused refused ->
          Optional.of(
              "stream "
                  + stream
                  + " has accepted no record for half a minute ("
                  + refused.why()
                  + "): give it more shards, or feed more slowly (--rate)");
      case FeedResult.End.OutcomeUnknown outcomeUnknown ->
          Optional.of(outcomeUnknown(outcomeUnknown));
      case FeedResult.End.Failed failed ->
          AwsFailures.explain(failed.why())
              .or(() -> Optional.of(String.valueOf(failed.why().getMessage())));
    };
  }

  private String outcomeUnknown(FeedResult.End.OutcomeUnknown outcomeUnknown) {
    return "the last request got no response ("
        + AwsFailures.messageOf(outcomeUnknown.why())
        + "): between 0 and "
        + Sizes.count(outcomeUnknown.maybe())
        + " more records may be in stream "
        + stream
        + (outcomeUnknown.wasRead()
            ? ", and they were not found at its end within 10 s"
            : ", whose end could not be read to look for them")
        + ". They are not sent again; look for them in the stream before you send them";
  }

  private String perSecond() {
    return took.toMillis() < 1000
        ? ""
        : " (" + Sizes.count(fed.sent() * 1000 / took.toMillis()) + "/s)";
  }

  private String continueHint() {
    return "continue with --skip "
        + fed.complete()
        + (fed.beyond() == 0
            ? ""
            : " (" + Sizes.count(fed.beyond()) + " of the records after that are sent twice then)");
  }
}
