package dev.cairn.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cairn.cli.output.Elision;
import dev.cairn.cli.output.Terminal;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.Optional;

/**
 * The reason why a command failed or has a negative result. It is printed on stderr; with {@code
 * --json} it is printed on stdout in place of the result.
 *
 * @param option the faulty option, such as {@code --job}; empty if there is none
 * @param next what to type next; empty if the message contains it
 */
record CommandProblem(
    int exitCode, String message, Optional<String> option, Optional<String> next) {
  static CommandProblem of(int exitCode, String message) {
    return new CommandProblem(exitCode, message, Optional.empty(), Optional.empty());
  }

  /** Prints it, and returns the exit code. */
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
