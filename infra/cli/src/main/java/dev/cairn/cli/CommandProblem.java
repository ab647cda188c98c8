package dev.cairn.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cairn.cli.output.Elision;
import dev.cairn.cli.output.Terminal;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.Optional;

/**
 * Why a command has no answer, or why the answer is no. People are told on stderr; with {@code
 * --json} a script is told on stdout, where it would have found the answer.
 *
 * @param option the option at fault, such as {@code --job}; empty if none is
 * @param next what to type next; empty if the message says it
 */
record CommandProblem(
    int exitCode, String message, Optional<String> option, Optional<String> next) {
  static CommandProblem of(int exitCode, String message) {
    return new CommandProblem(exitCode, message, Optional.empty(), Optional.empty());
  }

  /** Tells it, and returns the exit code. */
  int print(PrintWriter out, PrintWriter err, Terminal terminal, String[] typed) {
    if (Arrays.asList(typed).contains("--json")) {
      ObjectNode error = JsonOutput.object().put("message", message).put("exitCode", exitCode);
      option.ifPresent(name -> error.put("option", name));
      next.ifPresent(text -> error.put("next", text));
      out.println(JsonOutput.line(JsonOutput.object().set("error", error)));
      out.flush();
      return exitCode;
    }
    PrintWriter fitted = terminal.fitted(err, () -> {});
    fitted.println("cairn: " + Elision.positions(message));
    next.ifPresent(fitted::println);
    fitted.flush();
    return exitCode;
  }
}
