using System.Management.Automation;
using Sandbox.Seccomp;

namespace Sandbox.Cmdlets.Binding;

/// <summary>Makes policies, calls and programs again of what came through CLIXML, a job or remoting. Anything else is returned as it is, unwrapped.</summary>
internal static class Rehydration
{
    public static object? Policy(object? value) => PropertyBag.Of<SeccompPolicy>(value) is { } bag ? Policy(bag) : Unwrap(value);

    public static object? Call(object? value) => PropertyBag.Of<SeccompCall>(value) is { } bag
        ? new SeccompCall((uint)bag.Wide("AuditArchitecture", uint.MaxValue), (uint)bag.Wide("Number", uint.MaxValue), bag.Items("Arguments").Select(Argument), bag.Wide("InstructionPointer"))
        : Unwrap(value);

    public static object? Program(object? value) => PropertyBag.Of<SeccompProgram>(value) is { } bag ? Program(bag) : Unwrap(value);

    public static object? Decision(object? value) => PropertyBag.Of<SeccompDecision>(value) is { } bag
        ? SeccompDecision.Of(bag.Word<SeccompAction>("Action"), bag.Number("Errno"))
        : Unwrap(value);

    private static SeccompPolicy Policy(PropertyBag bag)
    {
        var action = bag.Word<SeccompAction>("DefaultAction");
        return new(bag.Text("Name"), action, bag.Items("Rules").Select((rule, index) => Rule(PropertyBag.Require<SeccompRule>(rule, $"Rules[{index}]"))).ToArray(), Errno(bag, action, "DefaultErrno"),
            bag.Words<SeccompArchitecture>("Architectures").ToArray(), bag.Word<SeccompFilterFlags>("Flags"), bag.Text("Description"), bag.TextOrNull("ListenerPath"), bag.TextOrNull("ListenerMetadata"),
            bag.Items("Justifications").Select((item, index) => PropertyBag.Require<SeccompJustification>(item, $"Justifications[{index}]")).Select(item => new SeccompJustification(item.Text("RuleId"), item.Text("Reason"))).ToArray());
    }

    private static SeccompRule Rule(PropertyBag bag)
    {
        var action = bag.Word<SeccompAction>("Action");
        return new(bag.Items("Names").Select(name => name.ToString()!), action, Errno(bag, action, "Errno"), bag.Items("Conditions").Select((condition, index) => Condition(PropertyBag.Require<SeccompCondition>(condition, $"Conditions[{index}]"))),
            bag.Words<SeccompArchitecture>("Architectures").ToArray());
    }

    private static SeccompCondition Condition(PropertyBag bag) => new(bag.Number("Index"), bag.Word<SeccompOperator>("Operator"), bag.Wide("Value"), bag.Wide("ValueTwo"));

    private static int? Errno(PropertyBag bag, SeccompAction action, string name) => action is SeccompAction.Errno or SeccompAction.Trace ? bag.Number(name) : null;

    private static SeccompProgram Program(PropertyBag bag)
    {
        var program = new SeccompProgram(bag.Items("Instructions").Select((item, index) => Instruction(PropertyBag.Require<SockFilter>(item, $"Instructions[{index}]"))), bag.Flag("IsBigEndian"));
        BpfVerifier.Check(program);
        return program;
    }

    private static SockFilter Instruction(PropertyBag bag) =>
        new((ushort)bag.Wide("Code", ushort.MaxValue), (byte)bag.Wide("JumpTrue", byte.MaxValue), (byte)bag.Wide("JumpFalse", byte.MaxValue), (uint)bag.Wide("K", uint.MaxValue));

    private static ulong Argument(object value) => Convert.ToUInt64(PSObject.AsPSObject(value).BaseObject, System.Globalization.CultureInfo.InvariantCulture);

    private static object? Unwrap(object? value) => value is PSObject wrapped ? wrapped.BaseObject : value;
}
