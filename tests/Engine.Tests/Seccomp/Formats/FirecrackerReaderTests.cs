using Sandbox.Seccomp;

namespace Sandbox.Tests.Seccomp.Formats;

public class FirecrackerReaderTests
{
    private const string Text = """
        {
          "vmm": { "default_action": "trap", "filter_action": "allow", "filter": [
            { "syscall": "read" },
            { "syscall": "ioctl", "args": [ { "index": 1, "type": "dword", "op": "eq", "val": 21531, "comment": "FIONREAD" } ] },
            { "syscall": "lseek", "args": [ { "index": 1, "type": "dword", "op": "eq", "val": 5 } ] },
            { "syscall": "mmap", "args": [ { "index": 3, "type": "qword", "op": { "masked_eq": 6 }, "val": 3 }, { "index": 1, "type": "qword", "op": "lt", "val": 100 } ] },
            { "syscall": "ioctl", "args": [ { "index": 1, "type": "dword", "op": "eq", "val": 7 } ] } ] },
          "vcpu": { "mismatch_action": { "errno": 38 }, "match_action": "allow", "filter": [] }
        }
        """;

    [Fact]
    public void Each_thread_is_a_policy_and_repeated_calls_are_alternatives()
    {
        var policies = SeccompFormats.Read(Text, SeccompFormat.Firecracker, "text", SeccompFormatsTests.X86).Cast<SeccompPolicy>().ToArray();
        Assert.Equal([("vmm", "Trap"), ("vcpu", "Errno(ENOSYS)")], policies.Select(policy => (policy.Name, policy.Default.ToString())));
        (string Call, ulong[] Arguments, bool Passes)[] calls =
        [
            ("read", [], true), ("write", [], false), ("ioctl", [0, 21531], true), ("ioctl", [0, 7], true), ("ioctl", [0, 8], false),
            // A dword of a 64-bit parameter is its low half; a masked value is masked on both sides, as seccompiler does.
            ("lseek", [0, 5], true), ("lseek", [0, 0x7_0000_0005], true), ("lseek", [0, 6], false),
            ("mmap", [0, 99, 0, 2], true), ("mmap", [0, 99, 0, 6], false), ("mmap", [0, 100, 0, 2], false),
        ];
        Assert.All(calls, call => Assert.Equal(call.Passes, policies[0].Decide(SeccompCall.Of(SeccompArchitecture.X86_64, call.Call, call.Arguments)).Passes));
    }
}
