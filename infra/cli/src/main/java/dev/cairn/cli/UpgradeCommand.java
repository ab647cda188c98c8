package dev.cairn.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cairn.format.FormatVersion;
import dev.cairn.job.Deployment;
import dev.cairn.job.FormatUpgrade;
import dev.cairn.job.Job;
import dev.cairn.job.Registration;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "upgrade",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Raises a job's format to the newest that this version of Cairn knows.",
      "",
      "Until then the previously deployed version can take over again, for example when a"
          + " deployment is rolled back. The format cannot be lowered again: run this command"
          + " after the new version has proved itself. It is refused unless all"
          + " registered code of the job reads the new format.",
      ""
    })
final class UpgradeCommand extends VerbCommand {
  @Option(
      names = "--dry-run",
      description = "Print whether the format can be raised, and change nothing.")
  private boolean triesOnly;

  @Override
  String text() {
    return "upgrade " + FormatVersion.NEWEST;
  }

  @Override
  int run(Connection connection, PrintWriter out) throws InterruptedException {
    Job job = connection.requireJob();
    List<Registration> code = connection.registrations().of(job.id());
    FormatUpgrade upgrade =
        FormatUpgrade.of(job, code, connection.deployment(), FormatVersion.NEWEST);
    if (triesOnly) {
      return print(job, code, connection.deployment(), upgrade, out);
    }
    if (upgrade instanceof FormatUpgrade.Refuse(String reason)) {
      throw ExitException.no(reason);
    }
    return super.run(connection, out);
  }

  private int print(
      Job job,
      List<Registration> code,
      Optional<Deployment> deployment,
      FormatUpgrade upgrade,
      PrintWriter out) {
    Optional<String> refusal =
        upgrade instanceof FormatUpgrade.Refuse(String reason)
            ? Optional.of(reason)
            : Optional.empty();
    if (json()) {
      out.println(JsonOutput.pretty(json(job, code, deployment, upgrade, refusal)));
    } else {
      line(out, "job", job.id() + " is in format " + job.format());
      deployment.ifPresent(one -> line(out, "coordinator", "reads formats up to " + one.reads()));
      for (Registration one : code) {
        line(
            out,
            "code",
            one.stage() + " in version " + one.version() + " reads formats up to " + one.reads());
      }
      refusal.ifPresentOrElse(
          reason -> line(out, "refused", reason),
          () ->
              line(
                  out,
                  "possible",
                  upgrade instanceof FormatUpgrade.AlreadyThere
                      ? "nothing to do: the job is in this format already"
                      : "the format can be raised to "
                          + FormatVersion.NEWEST
                          + ", and not lowered again"));
      out.println("Nothing was changed.");
    }
    return refusal.isPresent() ? ExitCode.NO : ExitCode.OK;
  }

  private static void line(PrintWriter out, String name, String text) {
    out.printf(Locale.ROOT, "%-11s  %s\n", name, text);
  }

  private static ObjectNode json(
      Job job,
      List<Registration> code,
      Optional<Deployment> deployment,
      FormatUpgrade upgrade,
      Optional<String> refusal) {
    ObjectNode json =
        JsonOutput.object()
            .put("job", job.id().value())
            .put("format", job.format().number())
            .put("newest", FormatVersion.NEWEST.number())
            .put("possible", refusal.isEmpty())
            .put("isRaised", upgrade instanceof FormatUpgrade.Raise);
    refusal.ifPresent(reason -> json.put("refusal", reason));
    deployment.ifPresent(one -> json.put("coordinatorReads", one.reads()));
    ArrayNode registered = json.putArray("code");
    for (Registration one : code) {
      registered
          .addObject()
          .put("stage", one.stage().value())
          .put("version", one.version().value())
          .put("reads", one.reads());
    }
    return json;
  }
}
