package dev.cairn.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cairn.cli.output.Sizes;
import dev.cairn.history.HistoryLine;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "history",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Shows the history of a job, the oldest first: checkpoints, restores, halts, refusals,",
      "changed settings, deployments; and who or what requested each change.",
      ""
    })
final class HistoryCommand extends PipelineCommand {
  private static final int PAGE = 500;

  @Option(
      names = "--since",
      paramLabel = "DURATION",
      description = "Only events of this time up to now, such as \"2 h\" (default: all).")
  private @Nullable Duration since;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "The largest number of lines, the newest ones (default: ${DEFAULT-VALUE}).")
  private int limit = 100;

  @Override
  void requireUsable() {
    if (limit < 1) {
      throw ExitException.unusable("--limit must be 1 or more, not " + limit);
    }
  }

  @Override
  int run(Connection connection, PrintWriter out) {
    connection.requireJob();
    List<HistoryLine> oldestFirst = newest(connection).reversed();
    if (json()) {
      ObjectNode json = JsonOutput.object().put("job", connection.job().value());
      ArrayNode lines = json.putArray("history");
      oldestFirst.forEach(line -> lines.add(json(line)));
      out.println(JsonOutput.pretty(json));
    } else if (oldestFirst.isEmpty()) {
      out.println("Nothing is recorded" + (since == null ? " yet." : " of that time."));
    } else {
      oldestFirst.forEach(line -> out.println(text(line)));
    }
    return ExitCode.OK;
  }

  private List<HistoryLine> newest(Connection connection) {
    Instant from = since == null ? Instant.EPOCH : Instant.now().minus(since);
    List<HistoryLine> all = new ArrayList<>();
    while (all.size() < limit) {
      Optional<HistoryLine> last = all.isEmpty() ? Optional.empty() : Optional.of(all.getLast());
      List<HistoryLine> page =
          connection
              .history()
              .lines(connection.job(), from, last, Math.min(PAGE, limit - all.size()));
      if (page.isEmpty()) {
        break;
      }
      all.addAll(page);
    }
    return all;
  }

  private static String text(HistoryLine line) {
    return String.format(
        Locale.ROOT,
        "%s  %-15s  %s%s",
        Sizes.time(line.at()),
        line.kind(),
        HistoryText.of(line.text()),
        line.cause().map(cause -> "  (" + cause + ")").orElse(""));
  }

  private static ObjectNode json(HistoryLine line) {
    ObjectNode json =
        JsonOutput.object()
            .put("at", line.at().toString())
            .put("kind", line.kind().name())
            .put("subject", line.subject())
            .put("epoch", line.epoch().value());
    line.checkpoint().ifPresent(checkpoint -> json.put("checkpoint", checkpoint.value()));
    line.cause().ifPresent(cause -> json.put("cause", cause));
    return json.put("text", line.text());
  }
}
