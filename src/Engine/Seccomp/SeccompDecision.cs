using System.Globalization;
using Sandbox.Native;

namespace Sandbox.Seccomp;

/// <summary>What happens to a call: the action, and the errno of Errno or the message of Trace (else 0).</summary>
public readonly record struct SeccompDecision(SeccompAction Action, int Errno = 0)
{
    // linux/seccomp.h: SECCOMP_RET_*, in the order of SeccompAction.
    private static readonly uint[] Values =
        [0x7fff_0000, 0x7ffc_0000, 0x7ff0_0000, 0x7fc0_0000, 0x0005_0000, 0x0003_0000, 0x0000_0000, 0x8000_0000];

    /// <summary>The value that a filter returns for it.</summary>
    public uint ReturnValue => Values[(int)Action] | (uint)Errno;

    /// <summary>True for the actions after which the call doesn't happen.</summary>
    public bool Refuses => Action is SeccompAction.Errno or SeccompAction.Trap or SeccompAction.KillThread or SeccompAction.KillProcess;

    /// <summary>True for the actions after which the call happens whoever watches: Allow and Log.</summary>
    public bool Passes => Action is SeccompAction.Allow or SeccompAction.Log;

    /// <summary>The errno or message as a rule's constructor takes it: null for an action without one.</summary>
    internal int? NumberOrNull => Action is SeccompAction.Errno or SeccompAction.Trace ? Errno : null;

    /// <summary>What a filter's return value means. The kernel takes a value that it doesn't know as KILL_PROCESS.</summary>
    public static SeccompDecision FromReturnValue(uint value)
    {
        int action = Array.IndexOf(Values, value & 0xffff_0000);
        int data = (int)(value & 0xffff);
        return action switch
        {
            (int)SeccompAction.Errno => new(SeccompAction.Errno, Math.Min(data, SeccompRule.MaximumErrno)),
            (int)SeccompAction.Trace => new(SeccompAction.Trace, data),
            < 0 => new(SeccompAction.KillProcess),
            _ => new((SeccompAction)action),
        };
    }

    /// <summary>A decision that a policy can have; an action that takes no number has 0.</summary>
    public static SeccompDecision Of(SeccompAction action, int errno) => new(action, SeccompRule.CheckErrno(action, errno == 0 && action is not SeccompAction.Errno ? null : errno));

    /// <summary>
    /// The decision of a text, as <see cref="ToString"/> writes it: <c>Allow</c>, <c>Errno(ENOSYS)</c>, <c>Errno(38)</c>, <c>Trace(7)</c>.
    /// <c>Errno</c> alone would leave the errno open and is an error.
    /// </summary>
    public static SeccompDecision Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var (word, number) = text.Trim() is [.., ')'] trimmed && trimmed.IndexOf('(', StringComparison.Ordinal) is > 0 and var open ? (trimmed[..open], trimmed[(open + 1)..^1].Trim()) : (text.Trim(), null);
        if (!Enum.GetNames<SeccompAction>().Contains(word, StringComparer.OrdinalIgnoreCase)) throw Bad(text, NearestName.Find(word, Enum.GetNames<SeccompAction>()) is { } near ? $" Did you mean '{near}'?" : "");
        var action = Enum.Parse<SeccompAction>(word, ignoreCase: true);
        bool takes = action is SeccompAction.Errno or SeccompAction.Trace;
        if (takes != number is not null) throw Bad(text, takes ? $" {action} needs its number." : $" {action} takes no number.");
        if (number is null) return new(action);
        if (!(action == SeccompAction.Errno && Native.Errno.TryParse(number, out int value)) && !int.TryParse(number.Replace("errno ", "", StringComparison.Ordinal), NumberStyles.None, CultureInfo.InvariantCulture, out value)) throw Bad(text, "");
        return Of(action, value);
    }

    /// <inheritdoc/>
    public override string ToString() => Action switch
    {
        SeccompAction.Errno => $"Errno({(Errno == 0 ? "0" : Native.Errno.Name(Errno))})",
        SeccompAction.Trace => $"Trace({Errno})",
        _ => Action.ToString(),
    };

    private static SandboxException Bad(string text, string why) => new("SeccompDecision,BAD_TEXT", SandboxErrorKind.InvalidArgument, $"'{text}' is no decision.{why}",
        $"The decisions are: {string.Join(", ", Enum.GetNames<SeccompAction>().Select(name => name switch { "Errno" => "Errno(EPERM)", "Trace" => "Trace(0)", _ => name }))}.");
}
