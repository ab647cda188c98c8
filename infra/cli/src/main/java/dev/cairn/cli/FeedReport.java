package dev.cairn.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cairn.cli.feed.Fed;
import dev.cairn.cli.output.Sizes;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** What became of a feed, for people or for scripts. */
record FeedReport(Path input, String stream, Fed fed, Duration took) {

  /** Tells it, and returns the exit code. */
  int tell(PrintWriter out, PrintWriter err, boolean asJson) {
    if (asJson) {
      out.println(Json.pretty(json()));
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
    if (fed.end() instanceof Fed.End.Stopped) {
      out.println("stopped; " + goOn());
    }
    error().ifPresent(why -> err.println("cairn: " + why + "; " + goOn()));
    return exitCode();
  }

  private ObjectNode json() {
    ObjectNode answer =
        Json.object()
            .put("file", input.toString())
            .put("stream", stream)
            .put("sent", fed.sent())
            .put("complete", fed.complete())
            .put("beyond", fed.beyond())
            .put("tookMillis", took.toMillis())
            .put("stopped", fed.end() instanceof Fed.End.Stopped);
    warning().ifPresent(warning -> answer.put("warning", warning));
    error()
        .ifPresent(
            why ->
                answer
                    .putObject("error")
                    .put("message", why)
                    .put("exitCode", exitCode())
                    .put("next", goOn()));
    return answer;
  }

  private int exitCode() {
    return switch (fed.end()) {
      case Fed.End.AllSent a -> ExitCode.OK;
      case Fed.End.Stopped s -> ExitCode.NO;
      case Fed.End.Unreadable u -> ExitCode.UNUSABLE;
      case Fed.End.Refused r -> ExitCode.UNUSABLE;
      case Fed.End.Unanswered u -> ExitCode.UNUSABLE;
      case Fed.End.Failed f -> ExitCode.UNUSABLE;
    };
  }

  private Optional<String> warning() {
    return fed.end() instanceof Fed.End.AllSent && fed.sent() == 0
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
      case Fed.End.AllSent a -> Optional.empty();
      case Fed.End.Stopped s -> Optional.empty();
      case Fed.End.Unreadable unreadable ->
          Optional.of(String.valueOf(unreadable.why().getMessage()));
      case Fed.End.Refused refused ->
          Optional.of(
              "stream "
                  + stream
                  + " has taken nothing for half a minute ("
                  + refused.why()
                  + "): give it more shards, or feed more slowly (--rate)");
      case Fed.End.Unanswered unanswered -> Optional.of(unanswered(unanswered));
      case Fed.End.Failed failed ->
          AwsFailures.explain(failed.why())
              .or(() -> Optional.of(String.valueOf(failed.why().getMessage())));
    };
  }

  private String unanswered(Fed.End.Unanswered unanswered) {
    return "the last request had no answer ("
        + AwsFailures.said(unanswered.why())
        + "): between 0 and "
        + Sizes.count(unanswered.maybe())
        + " more records may be in stream "
        + stream
        + (unanswered.wasRead()
            ? ", and they were not found at its end within 10 s"
            : ", whose end could not be read to look for them")
        + ". They are not sent again; look for them there before you do";
  }

  private String perSecond() {
    return took.toMillis() < 1000
        ? ""
        : " (" + Sizes.count(fed.sent() * 1000 / took.toMillis()) + "/s)";
  }

  private String goOn() {
    return "go on with --skip "
        + fed.complete()
        + (fed.beyond() == 0
            ? ""
            : " (" + Sizes.count(fed.beyond()) + " of the records after that are sent twice then)");
  }
}
