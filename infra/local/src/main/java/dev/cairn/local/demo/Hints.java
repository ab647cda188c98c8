package dev.cairn.local.demo;

import dev.cairn.cli.demo.RunningDemo;
import java.util.List;

/** The commands that a user can try while a demo keeps running. */
final class Hints {
  private Hints() {}

  static List<String> of(RunningDemo demo) {
    return List.of(
        "The pipeline stays. In another terminal, list its checkpoints and put it back to one that is COMPLETED:",
        "",
        "  ./cairn checkpoints",
        "  ./cairn restore ID",
        "",
        "or without Cairn, as in AWS:",
        "",
        "  AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local \\",
        "  aws dynamodb update-item --region us-east-1 --endpoint-url "
            + demo.endpoint()
            + " --table-name "
            + demo.table()
            + " \\",
        "    --key '{\"pk\":{\"S\":\"JOB#" + demo.job() + "\"},\"sk\":{\"S\":\"JOB\"}}' \\",
        "    --update-expression 'SET restoreCheckpointId = :id' \\",
        "    --expression-attribute-values '{\":id\":{\"S\":\"ID\"}}'",
        "",
        "Look into it:",
        "",
        "  ./cairn status",
        "  ./cairn tail",
        "  ./cairn state N14228",
        "  ./cairn verify ID",
        "",
        "Ctrl-C ends it.");
  }
}
