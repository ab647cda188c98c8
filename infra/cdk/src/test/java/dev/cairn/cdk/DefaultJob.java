package dev.cairn.cdk;

/** The template of a job with defaults, synthesized once for all tests that look at it. */
final class DefaultJob {
  static final Resources TEMPLATE = Synthesis.template(job -> job);

  private DefaultJob() {}
}
