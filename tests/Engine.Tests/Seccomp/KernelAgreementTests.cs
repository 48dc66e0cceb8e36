using CsCheck;
using Sandbox.Seccomp;

namespace Sandbox.Tests.Seccomp;

public class KernelAgreementTests
{
    // Calls that do nothing, whatever the registers hold: without parameters, or with ids and descriptors that are looked up only.
    private static readonly string[] Harmless = ["getppid", "getuid", "geteuid", "getgid", "getegid", "gettid", "sched_yield", "getsid", "getpgid", "sched_get_priority_max", "sched_getscheduler"];

    // What the child needs to report.
    private static readonly SeccompRule Needed = new(["write", "exit_group", "rt_sigreturn", "rt_sigprocmask"], SeccompAction.Allow);

    // Errno values that the harmless calls never have by themselves.
    private static readonly Gen<SeccompDecision> Decisions =
        from action in Gen.Enum<SeccompAction>()
        from errno in Gen.Int[1000, 4095]
        select new SeccompDecision(action, action is SeccompAction.Errno ? errno : 0);

    private static readonly Gen<SeccompPolicy> Policies =
        from refuse in Gen.Bool
        from errno in Gen.Int[1000, 4095]
        from rules in PolicyGenerator.Rule(Harmless, Decisions, PolicyGenerator.Condition).Array[1, 8]
        select new SeccompPolicy("kernel", refuse ? SeccompAction.Errno : SeccompAction.Allow, [.. rules, Needed], refuse ? errno : null);

    [Fact]
    public void The_kernel_decides_as_the_policy_and_the_emulator_say()
    {
        using var child = new FilteredChild();
        (from policy in Policies
         from calls in Calls(policy).Array[12]
         select (policy, calls)).Sample(sample =>
         {
             var program = SeccompCompiler.Compile(sample.policy);
             string[] answers = child.Call(program, sample.calls);
             Assert.Equal(sample.calls.Length, answers.Length);
             for (int i = 0; i < answers.Length; i++)
             {
                 var call = sample.calls[i];
                 var decision = sample.policy.Decide(call.AuditArchitecture, call.Number, [.. call.Arguments]);
                 Assert.Equal(decision, BpfEmulator.Run(program, call).Decision);
                 Assert.True(Agrees(decision, answers[i]), $"{call}: {decision}, but the kernel: {answers[i]}\n{sample.policy.ToText()}");
             }
         }, iter: 60, threads: 1);
    }

    [Fact]
    public void The_kernel_and_the_emulator_calculate_the_same()
    {
        using var child = new FilteredChild();
        var instruction =
            from operation in Gen.OneOf<ushort>(0x00, 0x10, 0x20, 0x30, 0x40, 0x50, 0x60, 0x70, 0x80, 0xa0, 0x100, 0x101, 0x102, 0x103, 0x104, 0x115, 0x125, 0x135, 0x145)
            from byIndex in Gen.Bool
            from k in Gen.UInt
            from word in Gen.UInt[0, 15]
            select operation switch
            {
                0x100 => new SockFilter(ClassicBpf.LoadWord, 0, 0, word * 4),
                0x101 => new SockFilter(ClassicBpf.TransferToIndex, 0, 0, 0),
                0x102 => new SockFilter(ClassicBpf.TransferFromIndex, 0, 0, 0),
                0x103 => new SockFilter(ClassicBpf.LoadIndexImmediate, 0, 0, k),
                0x104 => new SockFilter(ClassicBpf.LoadLength, 0, 0, 0),
                > 0x110 => new SockFilter((ushort)(operation & 0xff | (byIndex ? 8 : 0)), 0, (byte)(k % 2), k % 5 == 0 ? 64 : k),
                _ => new SockFilter((ushort)(4 | operation | (byIndex && operation != 0x80 ? 8 : 0)), 0, 0, operation is 0x60 or 0x70 && !byIndex ? k % 32 : Math.Max(k, 1)),
            };
        (from body in instruction.Array[1, 20]
         from first in Gen.Int[0, 1]
         from arguments in PolicyGenerator.Value.Array[6]
         select (body, arguments)).Sample(sample =>
         {
             uint getppid = SyscallTable.For(SeccompArchitectures.Native).Find("getppid")!.Number;
             SockFilter[] program =
             [
                 new(ClassicBpf.LoadWord, 0, 0, 0),
                 new(ClassicBpf.JumpEqual, 1, 0, getppid),
                 new(ClassicBpf.Return, 0, 0, 0x7fff0000),
                 .. sample.body,
                 // Both halves of the result must tell: fold them, and keep what an errno can hold.
                 new(ClassicBpf.TransferToIndex, 0, 0, 0), new(0x74, 0, 0, 16), new(0xac, 0, 0, 0),
                 new(ClassicBpf.And, 0, 0, 0xfff), new(0x44, 0, 0, 0x50000), new(ClassicBpf.ReturnAccumulator, 0, 0, 0),
             ];
             // The instruction pointer differs from run to run.
             if (sample.body.Any(filter => filter.Code == ClassicBpf.LoadWord && filter.K is 8 or 12)) return;
             var call = new SeccompCall(SeccompArchitectures.AuditArchitecture(SeccompArchitectures.Native), getppid, sample.arguments);
             var result = BpfEmulator.Run(new(program), call);
             string expected = result.Value == 0 ? "killed 31" : $"errno {result.Value & 0xfff}"; // 0 is KILL_THREAD, from a division by 0
             Assert.Equal(expected, child.Call(new(program), [call]).Single());
         }, iter: 400, threads: 1);
    }

    [Fact]
    public void The_verifier_takes_what_the_kernel_takes()
    {
        using var child = new FilteredChild();
        var seed = SeccompCompiler.Compile(new("seed", SeccompAction.Allow, [new(["getppid"], SeccompAction.Errno, 1, [new(0, SeccompOperator.Equal, 5)])], architectures: [SeccompArchitectures.Native]));
        var call = SeccompCall.Of(SeccompArchitectures.Native, "gettid");
        int refused = 0;
        (from at in Gen.Int[0, seed.Count - 1]
         from code in Gen.OneOf(Gen.OneOf<ushort>(ClassicBpf.JumpAlways, ClassicBpf.JumpEqual), Gen.UShort[0, 255], Gen.OneOf<ushort>(0x20, 0x28, 0x30, 0x60, 0x61, 0x02, 0x03, 0x34, 0x64, 0x94, 0xb1, 0x05, 0x15))
         from jumpTrue in Gen.Byte[0, 12]
         from jumpFalse in Gen.Byte[0, 12]
         from k in Gen.OneOf(Gen.UInt[0, 12], Gen.UInt[0, 80], Gen.UInt)
         select (at, new SockFilter(code, jumpTrue, jumpFalse, k))).Sample(sample =>
         {
             var mutant = new SeccompProgram(seed.Instructions.Select((old, index) => index == sample.at ? sample.Item2 : old));
             string? fault = null;
             try
             {
                 BpfVerifier.Check(mutant);
             }
             catch (SandboxException e)
             {
                 fault = e.Message;
                 refused++;
             }

             string answer = child.Call(mutant, [call]).Single();
             Assert.True((fault is null) == !answer.StartsWith("refused", StringComparison.Ordinal), $"{sample}: {fault ?? "taken"}, but the kernel: {answer}");
         }, iter: 400, threads: 1);
        Assert.InRange(refused, 50, 390);
    }

    private static Gen<SeccompCall> Calls(SeccompPolicy policy)
    {
        uint[] numbers = [.. Harmless.Select(name => SyscallTable.For(SeccompArchitectures.Native).Find(name)!.Number)];
        ulong[] values = [.. policy.Rules.SelectMany(rule => rule.Conditions).SelectMany(condition => new[] { condition.Value, condition.ValueTwo }).Append(0ul)];
        var value = Gen.OneOf(PolicyGenerator.Value, Gen.OneOf(values), from near in Gen.OneOf(values) from high in Gen.OneOf(0ul, 1ul << 32, ~0ul << 32) select near ^ high);
        return from number in Gen.OneOf(numbers)
               from arguments in value.Array[6]
               select new SeccompCall(SeccompArchitectures.AuditArchitecture(SeccompArchitectures.Native), number, arguments);
    }

    private static bool Agrees(SeccompDecision decision, string answer) => decision.Action switch
    {
        SeccompAction.Errno => answer == $"errno {decision.Errno}",
        SeccompAction.Trap => answer == "trap",
        SeccompAction.KillThread or SeccompAction.KillProcess => answer == "killed 31",
        SeccompAction.Trace or SeccompAction.Notify => answer == "errno 38", // nobody answers
        _ => answer.StartsWith("errno ", StringComparison.Ordinal) && int.Parse(answer[6..], System.Globalization.CultureInfo.InvariantCulture) < 1000 && answer != "errno 38",
    };
}
