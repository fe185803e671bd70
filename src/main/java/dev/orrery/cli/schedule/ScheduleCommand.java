package dev.orrery.cli.schedule;

import dev.orrery.cli.RootCommand;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The commands for schedules. */
@Command(
        name = "schedule",
        description = "Creates, shows, pauses and deletes schedules.",
        synopsisSubcommandLabel = "COMMAND")
public final class ScheduleCommand {

    private ScheduleCommand() {}

    /** The command with its sub-commands. */
    public static CommandLine line(RootCommand root) {
        CommandLine create = new CommandLine(new CreateCommand(root));
        // What stands after the program's name belongs to that program.
        create.setStopAtPositional(true);
        return new CommandLine(new ScheduleCommand())
                .addSubcommand(create)
                .addSubcommand(new SchedulesCommand(root))
                .addSubcommand(new ShowCommand(root))
                .addSubcommand("pause", new ChangeCommand(root, ChangeCommand.Change.PAUSE))
                .addSubcommand("resume", new ChangeCommand(root, ChangeCommand.Change.RESUME))
                .addSubcommand("trigger", new ChangeCommand(root, ChangeCommand.Change.TRIGGER))
                .addSubcommand("delete", new ChangeCommand(root, ChangeCommand.Change.DELETE));
    }
}
