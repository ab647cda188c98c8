package dev.cairn.cli;

import dev.cairn.settings.FlinkDuration;
import java.net.URI;
import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Parses command-line arguments, and explains mistakes in one sentence. */
final class Arguments {
  /** The character to which Java decodes bytes that are not in the character set. */
  private static final char UNDECODABLE = '\uFFFD';

  private Arguments() {}

  static Duration duration(String typed) {
    if (typed.strip().chars().allMatch(Character::isDigit)) {
      // A number without a unit means milliseconds in a configuration, as in Flink, but hardly ever
      // on a command line.
      throw new TypeConversionException(
          "\"" + typed + "\" has no unit: write " + typed + " s, say, or " + typed + " ms");
    }
    try {
      return FlinkDuration.parse(typed);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }

  static URI endpoint(String typed) {
    try {
      URI endpoint = URI.create(typed.strip());
      if (endpoint.getHost() != null && String.valueOf(endpoint.getScheme()).matches("https?")) {
        return endpoint;
      }
    } catch (IllegalArgumentException e) {
      // The text is not a URI; the message is the same.
    }
    throw new TypeConversionException(
        "\"" + typed + "\" is not an endpoint: write a URL such as http://127.0.0.1:4566");
  }

  static int wholeNumber(String typed) {
    try {
      return Integer.parseInt(typed.strip());
    } catch (NumberFormatException e) {
      throw new TypeConversionException(
          "\"" + typed + "\" is not a whole number of this size: write digits, such as 4");
    }
  }

  static long longNumber(String typed) {
    try {
      return Long.parseLong(typed.strip());
    } catch (NumberFormatException e) {
      throw new TypeConversionException(
          "\"" + typed + "\" is not a whole number: write digits, such as 4");
    }
  }

  static double number(String typed) {
    try {
      return Double.parseDouble(typed.strip());
    } catch (NumberFormatException e) {
      throw new TypeConversionException("\"" + typed + "\" is not a number: write one such as 250");
    }
  }

  /**
   * Explains that Java could not decode an argument in the character set of the process's locale;
   * empty if it decoded all of them. The launcher sets a UTF-8 locale, so this happens only if Java
   * is started directly.
   */
  static Optional<String> unreadable(String[] typed) {
    for (int i = 0; i < typed.length; i++) {
      if (typed[i].indexOf(UNDECODABLE) >= 0) {
        return Optional.of(
            "argument "
                + (i + 1)
                + " (\""
                + typed[i]
                + "\") has characters that this locale's character set ("
                + System.getProperty("sun.jnu.encoding")
                + ") cannot represent, so a wrong key or file would be looked up: set"
                + " LC_ALL=C.UTF-8 and try again");
      }
    }
    return Optional.empty();
  }

  /** Explains what is wrong with a command line, and what was probably meant. */
  static CommandProblem explain(ParameterException wrong) {
    CommandLine command = wrong.getCommandLine();
    Optional<String> option = Optional.ofNullable(wrong.getArgSpec()).map(Arguments::name);
    return new CommandProblem(
        ExitCode.UNUSABLE, messageOf(wrong), option, Optional.of("See: " + help(command)));
  }

  private static String help(CommandLine command) {
    return command.getParent() == null
        ? "cairn help"
        : command.getCommandSpec().qualifiedName() + " --help";
  }

  private static String messageOf(ParameterException wrong) {
    ArgSpec argument = wrong.getArgSpec();
    if (argument != null && wrong.getCause() instanceof TypeConversionException cause) {
      return name(argument) + ": " + cause.getMessage();
    }
    if (wrong instanceof UnmatchedArgumentException unmatched) {
      return unmatched(unmatched);
    }
    String message = String.valueOf(wrong.getMessage());
    return message.startsWith("Unknown subcommand") && wrong.getValue() != null
        ? noCommand(wrong.getValue(), wrong.getCommandLine())
        : message.replaceFirst("^Error: ", "");
  }

  private static String unmatched(UnmatchedArgumentException wrong) {
    CommandLine command = wrong.getCommandLine();
    String typed = wrong.getUnmatched().isEmpty() ? "" : wrong.getUnmatched().getFirst();
    String where = command.getCommandSpec().qualifiedName();
    if (typed.startsWith("-")) {
      String name = typed.contains("=") ? typed.substring(0, typed.indexOf('=')) : typed;
      return where
          + " has no option "
          + name
          + meant(name, command.getCommandSpec().optionsMap().keySet());
    }
    return command.getParent() == null
        ? noCommand(typed, command)
        : where + " does not take \"" + typed + "\": it is one argument too many";
  }

  private static String noCommand(String typed, CommandLine command) {
    if (Cairn.ON_THIS_MACHINE.contains(typed)) {
      return "cairn "
          + typed
          + " is not part of an installation: it needs DynamoDB Local, whose licence does not"
          + " allow Cairn to distribute it; clone Cairn's repository and run ./cairn "
          + typed
          + " there";
    }
    if (typed.equals("unfork")) {
      // The job's item accepts this text; on the command line it is an option of fork.
      return "there is no command \"unfork\": write cairn fork --release JOB";
    }
    return "there is no command \""
        + typed
        + "\""
        + meant(typed, command.getSubcommands().keySet());
  }

  private static String meant(String typed, Collection<String> known) {
    return NearestName.to(typed, known).map(name -> ": did you mean " + name + "?").orElse("");
  }

  private static String name(ArgSpec argument) {
    return argument instanceof OptionSpec option ? option.longestName() : argument.paramLabel();
  }
}
