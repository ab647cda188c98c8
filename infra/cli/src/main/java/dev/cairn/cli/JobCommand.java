package dev.cairn.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cairn.format.FormatVersion;
import dev.cairn.job.Deployment;
import dev.cairn.job.Job;
import dev.cairn.job.Registration;
import dev.cairn.job.Request;
import dev.cairn.settings.Configuration;
import dev.cairn.settings.SettingSource;
import dev.cairn.state.StateSchema;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;

@Command(
    name = "job",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description =
        "Shows all stored facts about a job: its status, its deployment, what its code"
            + " registered, and every setting with the place where it was set.")
final class JobCommand extends PipelineCommand {
  @Override
  int run(Connection connection, PrintWriter out) {
    Job job = connection.requireJob();
    List<Registration> code = connection.registrations().of(job.id());
    if (json()) {
      out.println(JsonOutput.pretty(json(connection, job, code)));
    } else {
      print(out, connection, job, code);
    }
    return ExitCode.OK;
  }

  private static void print(
      PrintWriter out, Connection connection, Job job, List<Registration> code) {
    out.println(JobText.line(job));
    out.println();
    line(out, "latest", job.latest().map(id -> "checkpoint " + id).orElse("no checkpoint yet"));
    line(out, "next", "checkpoint " + job.next());
    line(
        out,
        "undo",
        job.undo()
            .map(id -> "of the last restore restores checkpoint " + id)
            .orElse("nothing to undo"));
    line(out, "format", format(job));
    job.request().map(Request::command).ifPresent(command -> line(out, "asked", command));
    job.refusal().ifPresent(refusal -> out.println(JobText.line(refusal)));
    connection.deployment().ifPresent(deployment -> print(out, deployment));
    for (Registration registration : code) {
      line(
          out,
          "code",
          registration.stage()
              + " in version "
              + registration.version()
              + ", with states: "
              + registration.states().stream()
                  .map(JobCommand::text)
                  .collect(Collectors.joining(", ")));
    }
    out.println();
    List<Configuration.Setting<?>> settings = job.settings().configuration().all();
    int longestName = longest(settings.stream().map(one -> one.option().name()).toList());
    int longestText = longest(settings.stream().map(JobCommand::text).toList());
    for (Configuration.Setting<?> setting : settings) {
      out.println(
          String.format(
              Locale.ROOT,
              "%-" + longestName + "s  %-" + longestText + "s  %s",
              setting.option().name(),
              text(setting),
              place(setting)));
    }
  }

  private static String format(Job job) {
    return job.format() == FormatVersion.NEWEST
        ? job.format() + ", the newest"
        : job.format()
            + "; earlier versions of Cairn can take over until it is raised to "
            + FormatVersion.NEWEST
            + ", with: cairn upgrade";
  }

  private static void print(PrintWriter out, Deployment deployment) {
    line(out, "stream", deployment.stream());
    line(out, "storage", deployment.storage());
    line(out, "task", deployment.taskFunction());
  }

  private static void line(PrintWriter out, String name, String text) {
    out.println(String.format(Locale.ROOT, "%-8s  %s", name, text));
  }

  private static int longest(List<String> texts) {
    return texts.stream().mapToInt(String::length).max().orElse(1);
  }

  private static String text(Configuration.Setting<?> setting) {
    // Not "none", which is a restart strategy.
    return setting.text().isEmpty() ? "not set" : setting.text();
  }

  private static String text(StateSchema schema) {
    return schema.name() + " (" + schema.kind() + " of " + schema.serializers() + ")";
  }

  private static String place(Configuration.Setting<?> setting) {
    return setting.place().map(SettingSource::toString).orElse("by default");
  }

  private static ObjectNode json(Connection connection, Job job, List<Registration> code) {
    ObjectNode json = JobText.json(job).put("nextCheckpoint", job.next().value());
    job.undo().ifPresent(undo -> json.put("undoCheckpoint", undo.value()));
    job.request().map(Request::command).ifPresent(command -> json.put("asked", command));
    connection
        .deployment()
        .ifPresent(
            deployment ->
                json.putObject("deployment")
                    .put("stage", deployment.stage().value())
                    .put("stream", deployment.stream())
                    .put("storage", deployment.storage())
                    .put("taskFunction", deployment.taskFunction()));
    ArrayNode registered = json.putArray("code");
    for (Registration registration : code) {
      ArrayNode states =
          registered
              .addObject()
              .put("stage", registration.stage().value())
              .put("version", registration.version().value())
              .put("reads", registration.reads())
              .putArray("states");
      registration.states().forEach(state -> states.add(text(state)));
    }
    ArrayNode settings = json.putArray("settings");
    for (Configuration.Setting<?> setting : job.settings().configuration().all()) {
      ObjectNode one =
          settings.addObject().put("name", setting.option().name()).put("value", setting.text());
      setting.place().ifPresent(place -> one.put("place", place.name()));
    }
    return json;
  }
}
