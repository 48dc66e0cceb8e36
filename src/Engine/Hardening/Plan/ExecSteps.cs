using Sandbox.Launch;
using Sandbox.Native;

namespace Sandbox.Hardening;

/// <summary>The end of every plan: the gate, the filter, the program.</summary>
internal static class ExecSteps
{
    /// <summary>Waits until the engine has verified what is in force.</summary>
    public static void AddGate(PlanContext c)
    {
        c.Plumbing("gate");
        c.Writer.Call(Syscall.Operation("gate", PlanFormat.OperationGate), PlanArgument.Value(PlanFormat.MessageReady, "ready"), PlanFormat.GateRun);
        // The launcher ran with every signal blocked; dispositions are already the default (posix_spawn).
        c.Writer.Call(Syscall.SetProcessMask, PlanArgument.Value(2, "SIG_SETMASK"), c.Writer.Bytes(new byte[8], "{}"), 0, 8);
    }

    public static void AddExec(PlanContext c, string path, IReadOnlyList<string> arguments, TargetEnvironment environment)
    {
        c.Plumbing("execve");
        var w = c.Writer;
        w.Call(
            Syscall.Execve,
            w.Text(path),
            w.Texts([path, .. arguments], "[" + string.Join(", ", arguments.Prepend(path).Select(a => $"\"{a}\"")) + "]"),
            w.Texts(environment.Variables.Select(v => $"{v.Key}={v.Value}"), $"{environment.Variables.Count} variables"));
    }
}
