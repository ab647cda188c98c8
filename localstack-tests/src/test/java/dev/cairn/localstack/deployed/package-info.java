/**
 * The pipeline as it is deployed: the app of infra/cdk on LocalStack, its functions processes of
 * their own, which are killed and frozen.
 */
@NullMarked
package dev.cairn.localstack.deployed;

import org.jspecify.annotations.NullMarked;
