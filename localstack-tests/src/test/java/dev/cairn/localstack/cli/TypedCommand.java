package dev.cairn.localstack.cli;

import dev.cairn.cli.Cairn;
import dev.cairn.cli.CliEnvironment;
import dev.cairn.cli.output.Terminal;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;

/**
 * {@code cairn} as somebody types it who has a pipeline at an endpoint.
 *
 * @param home a folder in which no demo runs
 */
public record TypedCommand(Path home, URI endpoint, String table, String job) {

  /** What was answered. */
  public record Answer(int exitCode, String out, String err) {}

  public Answer cairn(String... command) {
    List<String> arguments = new ArrayList<>(List.of(command));
    arguments.addAll(List.of("--endpoint", endpoint.toString()));
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine commands =
        Cairn.commands(
            new CliEnvironment(home, Map.of("CAIRN_TABLE", table, "CAIRN_JOB", job)),
            Terminal.plain(
                new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8)));
    commands.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    int exitCode = commands.execute(arguments.toArray(String[]::new));
    return new Answer(exitCode, out.toString(), err.toString());
  }
}
