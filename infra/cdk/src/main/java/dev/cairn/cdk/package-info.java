/** The CDK construct that creates all AWS resources of a job, and the example's app. */
@NullMarked
package dev.cairn.cdk;

import org.jspecify.annotations.NullMarked;
