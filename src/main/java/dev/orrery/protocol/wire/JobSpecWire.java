package dev.orrery.protocol.wire;

import static dev.orrery.protocol.wire.ModelWire.each;
import static dev.orrery.protocol.wire.ModelWire.optional;

import dev.orrery.model.JobSpec;
import dev.orrery.model.Namespace;
import dev.orrery.model.Work;
import dev.orrery.protocol.wire.proto.CommandForm;
import dev.orrery.protocol.wire.proto.ConstraintForm;
import dev.orrery.protocol.wire.proto.JobSpecForm;
import dev.orrery.protocol.wire.proto.RetryRuleForm;
import dev.orrery.protocol.wire.proto.ScriptForm;
import dev.orrery.protocol.wire.proto.ShellForm;

import java.util.List;
import java.util.TreeMap;

/** The wire form of what was asked for. */
final class JobSpecWire {

    private JobSpecWire() {}

    static JobSpecForm form(JobSpec spec) {
        JobSpecForm.Builder form =
                JobSpecForm.newBuilder()
                        .setNamespace(spec.namespace().name())
                        .setOwner(spec.owner())
                        .setName(spec.name())
                        .putAllLabels(spec.labels())
                        .putAllEnvironment(spec.environment())
                        .setStdin(ModelWire.form(spec.stdin()))
                        .addAllInputs(each(spec.inputs(), ContentWire::form))
                        .addAllOutputs(spec.outputs())
                        .setSize(spec.size())
                        .setResources(ModelWire.form(spec.resources()))
                        .setPriority(spec.priority())
                        .setRetry(form(spec.retry()))
                        .setRetention(ModelWire.form(spec.retention()))
                        .addAllConstraints(each(spec.constraints(), JobSpecWire::form))
                        .setMaxParallel(spec.maxParallel())
                        .setExclusive(spec.exclusive());
        switch (spec.work()) {
            case Work.Command(List<String> argv) ->
                    form.setCommand(CommandForm.newBuilder().addAllArgv(argv));
            case Work.Shell(String line) -> form.setShell(ShellForm.newBuilder().setLine(line));
            case Work.Script(String file, List<String> arguments) ->
                    form.setScript(
                            ScriptForm.newBuilder().setFile(file).addAllArguments(arguments));
        }
        spec.deadline().map(ModelWire::form).ifPresent(form::setDeadline);
        spec.notBefore().map(ModelWire::form).ifPresent(form::setNotBefore);
        spec.timeout().map(ModelWire::form).ifPresent(form::setTimeout);
        return form.build();
    }

    static JobSpec spec(JobSpecForm form) {
        return new JobSpec(
                new Namespace(form.getNamespace()),
                form.getOwner(),
                form.getName(),
                new TreeMap<>(form.getLabelsMap()),
                work(form),
                new TreeMap<>(form.getEnvironmentMap()),
                ModelWire.bytes(form.getStdin()),
                each(form.getInputsList(), ContentWire::file),
                form.getOutputsList(),
                form.getSize(),
                ModelWire.resources(form.getResources()),
                form.getPriority(),
                optional(form.hasDeadline(), form.getDeadline(), ModelWire::instant),
                optional(form.hasNotBefore(), form.getNotBefore(), ModelWire::instant),
                optional(form.hasTimeout(), form.getTimeout(), ModelWire::duration),
                retry(form.getRetry()),
                ModelWire.duration(form.getRetention()),
                each(form.getConstraintsList(), JobSpecWire::constraint),
                form.getMaxParallel(),
                form.getExclusive());
    }

    private static Work work(JobSpecForm form) {
        return switch (form.getWorkCase()) {
            case COMMAND -> new Work.Command(form.getCommand().getArgvList());
            case SHELL -> new Work.Shell(form.getShell().getLine());
            case SCRIPT ->
                    new Work.Script(
                            form.getScript().getFile(), form.getScript().getArgumentsList());
            case WORK_NOT_SET -> throw WireException.unknown("kind of work");
        };
    }

    private static RetryRuleForm form(JobSpec.RetryRule rule) {
        return RetryRuleForm.newBuilder()
                .setRetries(rule.retries())
                .setRestarts(rule.restarts())
                .setBackoff(ModelWire.form(rule.backoff()))
                .setBackoffMax(ModelWire.form(rule.backoffMax()))
                .build();
    }

    private static JobSpec.RetryRule retry(RetryRuleForm form) {
        return new JobSpec.RetryRule(
                form.getRetries(),
                form.getRestarts(),
                ModelWire.duration(form.getBackoff()),
                ModelWire.duration(form.getBackoffMax()));
    }

    private static ConstraintForm form(JobSpec.Constraint constraint) {
        return ConstraintForm.newBuilder()
                .setLabel(constraint.label())
                .setMatches(constraint.matches())
                .addAllValues(constraint.values())
                .build();
    }

    private static JobSpec.Constraint constraint(ConstraintForm form) {
        return new JobSpec.Constraint(form.getLabel(), form.getMatches(), form.getValuesList());
    }
}
