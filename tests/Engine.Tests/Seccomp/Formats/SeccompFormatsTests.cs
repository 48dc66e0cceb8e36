using Sandbox.Seccomp;

namespace Sandbox.Tests.Seccomp.Formats;

/// <summary>What holds for all formats: lossless round trips, losses by name, errors with their place.</summary>
public class SeccompFormatsTests
{
    [Theory]
    [InlineData(SeccompFormat.Kubernetes, "default Errno(ENOSYS)")]
    [InlineData(SeccompFormat.Minijail, "default Errno(ENOSYS)")]
    [InlineData(SeccompFormat.Systemd, "socket: what happens depends on arguments")]
    [InlineData(SeccompFormat.Systemd, "flags Log")]
    [InlineData(SeccompFormat.Minijail, "architectures")]
    public void A_loss_is_refused_by_name(SeccompFormat format, string loss)
    {
        var policy = new SeccompPolicy("lossy", SeccompAction.Errno, [new(["socket"], SeccompAction.Allow, null, [new(0, SeccompOperator.Equal, 1)])], 38, [SeccompArchitecture.X86_64, SeccompArchitecture.X86], SeccompFilterFlags.Log);
        Assert.Contains(loss, Assert.Throws<SandboxException>(() => SeccompFormats.Write(policy, format)).Message, StringComparison.Ordinal);
    }

    // minijail compares 64 bits: with "arg1 == 0x5412" a call with bit 32 set would pass a deny list.
    [Fact]
    public void Minijail_gets_an_int_by_its_bits()
    {
        var policy = new SeccompPolicy("p", SeccompAction.KillProcess, [new(["ioctl"], SeccompAction.Allow, null, [new(1, SeccompOperator.Equal, 0x5401)]), new(["lseek"], SeccompAction.Allow, null, [new(1, SeccompOperator.Equal, 5)])], null, [SeccompArchitecture.X86_64]);
        Assert.Equal("@default kill-process\nlseek: arg1 == 0x5\nioctl: arg1 in 0xffffffff00005401 && arg1 & 0x1 && arg1 & 0x400 && arg1 & 0x1000 && arg1 & 0x4000\n", SeccompFormats.Write(policy, SeccompFormat.Minijail));
        Assert.Contains("ioctl: arg1 == 0x5401", SeccompFormats.Write(policy.Copy(architectures: [SeccompArchitecture.X86]), SeccompFormat.Minijail), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SeccompFormat.Systemd)]
    [InlineData(SeccompFormat.Minijail)]
    public void What_is_lost_is_refused_rather_than_allowed(SeccompFormat format)
    {
        foreach (var policy in new[] { BuiltInPolicies.Get("strict", SeccompArchitecture.X86_64), BuiltInPolicies.Get("standard", SeccompArchitecture.X86_64) })
        {
            var read = (SeccompPolicy)SeccompFormats.Read(SeccompFormats.Write(policy, format, allowLossy: true), format, "text", X86)[0];
            Assert.DoesNotContain(SeccompComparison.Compare(policy, read), each => !each.Reference.Passes && each.Difference.Passes);
        }
    }

    [Theory]
    [InlineData(SeccompFormat.Kubernetes, "kind: SeccompProfile\napiVersion: security-profiles-operator.x-k8s.io/v1beta1\nspec:\n  defaultAction: SCMP_ACT_ALOW", "SeccompFormat,BAD_FIELD", "text, line 4, position 18, path 'spec.defaultAction': there is no action 'SCMP_ACT_ALOW'; did you mean 'SCMP_ACT_ALLOW'?")]
    [InlineData(SeccompFormat.Kubernetes, "kind: Pod\napiVersion: v1\nspec: {}", "SeccompFormat,BAD_FIELD", "line 1, position 7, path 'kind'")]
    [InlineData(SeccompFormat.Kubernetes, "kind: SeccompProfile\nkind: SeccompProfile", "SeccompFormat,BAD_YAML", "line 2")]
    [InlineData(SeccompFormat.Kubernetes, "kind: [\n", "SeccompFormat,BAD_YAML", "line 2")]
    [InlineData(SeccompFormat.Kubernetes, "kind: &a SeccompProfile\napiVersion: *a", "SeccompFormat,BAD_YAML", "line 1, position 7: anchors")]
    [InlineData(SeccompFormat.Kubernetes, "kind: SeccompProfile\napiVersion: security-profiles-operator.x-k8s.io/v1beta1\nspec:\n  baseProfileName: runc\n  defaultAction: SCMP_ACT_ERRNO", "SeccompFormat,UNREPRESENTABLE", "line 4, position 20, path 'spec.baseProfileName'")]
    [InlineData(SeccompFormat.Kubernetes, "kind: SeccompProfile\napiVersion: security-profiles-operator.x-k8s.io/v1beta1\nspec:\n  defaultAction: SCMP_ACT_ERRNO\n  syscalls:\n  - names: [opnat]\n    action: SCMP_ACT_ALLOW", "SeccompPolicy,UNKNOWN_SYSCALL", "line 6, position 13, path 'spec.syscalls[0].names[0]'")]
    [InlineData(SeccompFormat.Kubernetes, "kind: SeccompProfile\napiVersion: security-profiles-operator.x-k8s.io/v1beta1\nspec:\n  defaultAction: SCMP_ACT_ERRNO\n---\nkind: SeccompProfile", "SeccompFormat,UNREPRESENTABLE", "more than one document")]
    [InlineData(SeccompFormat.Kubernetes, "", "SeccompFormat,BAD_FIELD", "'kind' is missing")]
    [InlineData(SeccompFormat.Systemd, "[Service]\n# c\nSystemCallFilter=@basic-io \\\n  opnat", "SeccompPolicy,UNKNOWN_SYSCALL", "text, line 3: no architecture has a system call 'opnat'; did you mean 'openat'?")]
    [InlineData(SeccompFormat.Systemd, "SystemCallFilter=@basic-oi", "SeccompPolicy,UNKNOWN_SET", "line 1: systemd has no group '@basic-oi'; did you mean '@basic-io'?")]
    [InlineData(SeccompFormat.Systemd, "SystemCallFilter=read\nSystemCallErrorNumber=5000", "SeccompFormat,BAD_SYSTEMD", "line 2: '5000'")]
    [InlineData(SeccompFormat.Systemd, "SystemCallFilter=~read:EPRM", "SeccompFormat,BAD_SYSTEMD", "line 1: 'EPRM'")]
    [InlineData(SeccompFormat.Systemd, "SystemCallArchitectures=mips\nSystemCallFilter=read", "SeccompFormat,UNKNOWN_ARCHITECTURE", "line 1")]
    [InlineData(SeccompFormat.Systemd, "SystemCallFiler=read", "SeccompFormat,BAD_SYSTEMD", "line 1: there is no setting 'SystemCallFiler'")]
    [InlineData(SeccompFormat.Systemd, "ExecStart=/bin/true", "SeccompFormat,NO_FILTER", "SystemCallFilter=")]
    [InlineData(SeccompFormat.Systemd, "SystemCallFilter", "SeccompFormat,BAD_SYSTEMD", "line 1")]
    [InlineData(SeccompFormat.Minijail, "read: 1\nopnat: 1", "SeccompPolicy,UNKNOWN_SYSCALL", "text, line 2, position 1: x86_64 has no system call 'opnat'; did you mean 'openat'?")]
    [InlineData(SeccompFormat.Minijail, "read: 2", "SeccompFormat,BAD_MINIJAIL", "line 1, position 7: there is no action '2'")]
    [InlineData(SeccompFormat.Minijail, "read 1", "SeccompFormat,BAD_MINIJAIL", "line 1, position 6: ':' is expected here, not '1'")]
    [InlineData(SeccompFormat.Minijail, "read: arg6 == 1", "SeccompFormat,BAD_MINIJAIL", "line 1, position 7: a system call has the arguments arg0 to arg5")]
    [InlineData(SeccompFormat.Minijail, "read: arg0 == AF_UNX", "SeccompFormat,BAD_MINIJAIL", "line 1, position 15: there is no constant 'AF_UNX'; did you mean 'AF_UNIX'?")]
    [InlineData(SeccompFormat.Minijail, "read: arg0 ==", "SeccompFormat,BAD_MINIJAIL", "line 1, position 14")]
    [InlineData(SeccompFormat.Minijail, "read: arg0 == 0x1ffffffffffffffff", "SeccompFormat,BAD_MINIJAIL", "line 1, position 15")]
    [InlineData(SeccompFormat.Minijail, "read: 1 1", "SeccompFormat,BAD_MINIJAIL", "line 1, position 9: '1' is too much here")]
    [InlineData(SeccompFormat.Minijail, "read: \\\n  $", "SeccompFormat,BAD_MINIJAIL", "line 2, position 3")]
    [InlineData(SeccompFormat.Minijail, "read: 1\nread: kill", "SeccompFormat,BAD_MINIJAIL", "line 2, position 7: read has an action without conditions already")]
    [InlineData(SeccompFormat.Minijail, "@default allow", "SeccompFormat,BAD_MINIJAIL", "line 1, position 10")]
    [InlineData(SeccompFormat.Minijail, "@include ./absent.policy", "SeccompFormat,NO_INCLUDE", "line 1")]
    [InlineData(SeccompFormat.Minijail, "net@std: 1", "SeccompFormat,UNREPRESENTABLE", "line 1, position 1")]
    [InlineData(SeccompFormat.Firecracker, "{ \"vmm\": {\n \"default_action\": \"trap\",\n \"filter_action\": \"alow\",\n \"filter\": [] } }", "SeccompFormat,BAD_FIELD", "line 3, position 24, path 'vmm.filter_action': there is no action 'alow'; did you mean 'allow'?")]
    [InlineData(SeccompFormat.Firecracker, "{ \"vmm\": { \"default_action\": \"trap\", \"filter_action\": \"allow\",\n \"filter\": [ { \"syscall\": \"lseek\", \"args\": [ { \"index\": 1, \"type\": \"dword\", \"op\": \"gt\", \"val\": 3 } ] } ] } }", "SeccompFormat,UNREPRESENTABLE", "line 2, position 86, path 'vmm.filter[0].args[0].op'")]
    [InlineData(SeccompFormat.Firecracker, "{ \"vmm\": { \"default_action\": { \"errno\": 5000 } } }", "SeccompFormat,BAD_FIELD", "path 'vmm.default_action.errno': the number 5000 is not in the range 0 to 4095")]
    [InlineData(SeccompFormat.Firecracker, "{ \"vmm\": { \"default_action\": \"trap\", \"filter_action\": \"allow\" } }", "SeccompFormat,BAD_FIELD", "the field 'filter' is missing")]
    [InlineData(SeccompFormat.Disassembly, " 0000: 0x20 0x00 0x00 0x00000000  A = sys_number\n 0002: 0x06 0x00 0x00 0x7fff0000", "SeccompFormat,BAD_DISASSEMBLY", "text, line 2: instruction 0001 is expected here, not 0002")]
    [InlineData(SeccompFormat.Disassembly, "hello", "SeccompFormat,BAD_DISASSEMBLY", "line 1")]
    [InlineData(SeccompFormat.Disassembly, "", "SeccompFormat,BAD_DISASSEMBLY", "no instruction")]
    public void Malformed_text_is_an_error_that_names_the_place(SeccompFormat format, string text, string id, string message)
    {
        var error = Assert.Throws<SandboxException>(() => SeccompFormats.Read(text, format, "text", X86));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Equal(id, error.ErrorId);
    }

    [Fact]
    public void A_disassembly_becomes_the_program_again()
    {
        var policy = BuiltInPolicies.Get("strict");
        var program = Assert.IsType<SeccompProgram>(SeccompFormats.Read(SeccompFormats.Write(policy, SeccompFormat.Disassembly), SeccompFormat.Disassembly, "text")[0]);
        Assert.Equal(SeccompCompiler.Compile(policy).ToBytes(), program.ToBytes());
    }

    internal static SeccompImportContext X86 { get; } = new() { Architecture = SeccompArchitecture.X86_64 };
}
