using System.Globalization;
using CsCheck;
using Newtonsoft.Json.Linq;
using Sandbox.Seccomp;

namespace Sandbox.Tests.Seccomp.Formats;

/// <summary>
/// What is written without losses is read back as an equal policy: name, default, architectures, flags, descriptions, and every decision.
/// Where a format keeps rules as they are, the rules are the same too.
/// </summary>
public class RoundTripTests
{
    public static TheoryData<SeccompFormat, SeccompArchitecture[]> Cases
    {
        get
        {
            var cases = new TheoryData<SeccompFormat, SeccompArchitecture[]>();
            foreach (var format in new[] { SeccompFormat.Oci, SeccompFormat.Kubernetes, SeccompFormat.Systemd, SeccompFormat.Minijail })
            {
                SeccompArchitecture[][] machines = [[SeccompArchitecture.X86_64], [SeccompArchitecture.AArch64], [SeccompArchitecture.X86], [SeccompArchitecture.RiscV64], [SeccompArchitecture.S390X], [SeccompArchitecture.X86_64, SeccompArchitecture.X86, SeccompArchitecture.X32], [SeccompArchitecture.AArch64, SeccompArchitecture.Arm]];
                foreach (var machine in machines) if (format != SeccompFormat.Minijail || machine.Length == 1) cases.Add(format, machine); // minijail's are for one
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_lossless_policy_is_read_back_equal(SeccompFormat format, SeccompArchitecture[] machine)
    {
        int lossless = 0;
        Policies(format, machine).Sample(policy =>
        {
            var losses = SeccompFormats.Losses(policy, format);
            if (losses.Count > 0)
            {
                var error = Assert.Throws<SandboxException>(() => SeccompFormats.Write(policy, format));
                Assert.Equal("SeccompFormat,LOSSY", error.ErrorId);
                Assert.All(losses, loss => Assert.Contains(loss, error.Message, StringComparison.Ordinal));
                Assert.NotEmpty(SeccompFormats.Read(SeccompFormats.Write(policy, format, allowLossy: true), format, "random", On(machine)));
                return;
            }

            lossless++;
            string text = SeccompFormats.Write(policy, format);
            var read = Read(text, format, machine);
            Assert.True(policy.Equals(read), $"{policy.ToText()}\n{text}\n{read.ToText()}\n{string.Join('\n', SeccompComparison.Compare(policy, read))}");
        }, iter: 60, threads: 1);
        Assert.True(lossless >= 5, $"{lossless} of 60 policies had no losses");
    }

    [Theory]
    [InlineData(SeccompFormat.Oci)]
    [InlineData(SeccompFormat.Kubernetes)]
    public void Rules_that_every_reader_takes_alike_are_kept_as_they_are(SeccompFormat format)
    {
        // One decision for each call, 64-bit parameters, and equal ints.
        var policies = from decisions in PolicyGenerator.Decision.Where(decision => decision.Errno < SeccompRule.MaximumErrno).Array[3]
                       from value in PolicyGenerator.Value
                       from number in Gen.UInt
                       from op in Gen.OneOf(SeccompOperator.Equal, SeccompOperator.NotEqual, SeccompOperator.Less, SeccompOperator.GreaterOrEqual)
                       from flags in Gen.OneOf(SeccompFilterFlags.None, SeccompFilterFlags.Log, SeccompFilterFlags.Log | SeccompFilterFlags.SpeculationAllow)
                       select new SeccompPolicy("random", SeccompAction.Errno,
                       [
                           new(["read", "write"], decisions[0].Action, Number(decisions[0])),
                           new(["mmap", "lseek"], decisions[1].Action, Number(decisions[1]), [new(1, op, value)]),
                           new(["ioctl", "prctl"], decisions[2].Action, Number(decisions[2]), [new(0, SeccompOperator.Equal, number)]),
                           new(["ioctl"], decisions[2].Action, Number(decisions[2]), [new(0, SeccompOperator.MaskedEqual, 0xf0, number & 0xf0), new(2, SeccompOperator.Less, value)]),
                       ], 1, [SeccompArchitecture.X86_64], flags, "what it's for: \"a test\"", "/run/a b.sock", "meta: 'data'", [new("debugging", "# a reason")]);
        policies.Sample(policy =>
        {
            var read = Read(SeccompFormats.Write(policy, format), format, [SeccompArchitecture.X86_64]);
            Assert.Equal(policy.Rules, read.Rules);
            Assert.Equal(policy, read);
        }, iter: 200, threads: 1);
    }

    [Theory]
    [InlineData("strict")]
    [InlineData("standard")]
    public void The_built_in_policies_are_read_back_equal(string name)
    {
        var policy = BuiltInPolicies.Get(name, SeccompArchitecture.X86_64);
        foreach (var format in new[] { SeccompFormat.Oci, SeccompFormat.Kubernetes })
        {
            Assert.Empty(SeccompFormats.Losses(policy, format));
            Assert.Equal(policy, Read(SeccompFormats.Write(policy, format), format, [SeccompArchitecture.X86_64]));
        }
    }

    // Docker's dialect has no text of its own to write: what is written is a profile of it, and so is this rewording.
    [Theory]
    [MemberData(nameof(Cases))]
    public void A_profile_in_the_dialect_of_Docker_is_read_as_the_equal_policy(SeccompFormat format, SeccompArchitecture[] machine)
    {
        if (format != SeccompFormat.Oci) return;
        Policies(format, machine).Sample(policy =>
        {
            if (OciWriter.Losses(policy).Count > 0) return;
            var root = JObject.Parse(OciWriter.Write(policy));
            var architectures = (JArray)root["architectures"]!;
            root.Remove("architectures");
            root["archMap"] = new JArray(
                new JObject { ["architecture"] = "SCMP_ARCH_PPC64LE", ["subArchitectures"] = new JArray() },
                new JObject { ["architecture"] = architectures[0], ["subArchitectures"] = new JArray(architectures.Skip(1)) });
            foreach (var rule in root["syscalls"]!.Cast<JObject>())
            {
                rule["comment"] = "";
                rule["includes"] = new JObject { ["caps"] = new JArray("CAP_KILL"), ["minKernel"] = "4.8" };
                rule["excludes"] = new JObject { ["arches"] = new JArray("ppc64le"), ["caps"] = new JArray("CAP_SYS_ADMIN") };
                if ((string?)rule["action"] != "SCMP_ACT_ERRNO" || !Native.Errno.TryParse(Native.Errno.Name((int)rule["errnoRet"]!), out _)) continue;
                rule["errno"] = Native.Errno.Name((int)rule["errnoRet"]!);
            }

            ((JArray)root["syscalls"]!).Add(new JObject { ["names"] = new JArray("bpf"), ["action"] = "SCMP_ACT_TRAP", ["includes"] = new JObject { ["caps"] = new JArray("CAP_SYS_ADMIN") } });
            Assert.Equal(policy, Read(root.ToString(), format, machine));
        }, iter: 40, threads: 1);
    }

    [Theory]
    [InlineData(SeccompArchitecture.X86_64)]
    [InlineData(SeccompArchitecture.AArch64)]
    [InlineData(SeccompArchitecture.X86)]
    [InlineData(SeccompArchitecture.S390X)]
    [InlineData(SeccompArchitecture.X86_64, SeccompArchitecture.X86, SeccompArchitecture.X32)]
    public void A_program_is_read_back_equal_and_means_the_policy(params SeccompArchitecture[] machine)
    {
        string directory = Directory.CreateTempSubdirectory("round-trip-").FullName;
        try
        {
            int number = 0;
            Policies(SeccompFormat.Bpf, machine).Sample(policy =>
            {
                var program = SeccompCompiler.Compile(policy);
                string file = Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"{number++}.bpf"));
                SeccompFile.Write(policy, file);
                var read = Assert.IsType<SeccompProgram>(Assert.Single(SeccompFile.Read(file, null, On(machine))));
                Assert.Equal(program, read);
                Assert.Equal(program.GetHashCode(), read.GetHashCode());
                Assert.Empty(SeccompProver.Differences(policy, read));
                Assert.Equal(program, SeccompFormats.Read(SeccompFormats.Write(policy, SeccompFormat.Disassembly), SeccompFormat.Disassembly, "text", On(machine))[0]);
                Assert.NotEqual(program, new SeccompProgram(program.Instructions.Prepend(program.Instructions[0]).Take(ClassicBpf.MaximumInstructions), program.IsBigEndian));
            }, iter: 30, threads: 1);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    // What the format can hold, mostly: so that enough of them have no losses.
    private static Gen<SeccompPolicy> Policies(SeccompFormat format, SeccompArchitecture[] machine)
    {
        var decisions = format == SeccompFormat.Systemd
            ? Gen.OneOf(Gen.Const(new SeccompDecision(SeccompAction.Allow)), Gen.Int[1, 133].Select(errno => new SeccompDecision(SeccompAction.Errno, errno)), Gen.Const(new SeccompDecision(SeccompAction.KillProcess)), Gen.Const(new SeccompDecision(SeccompAction.Log)))
            : Gen.OneOf(Gen.Const(new SeccompDecision(SeccompAction.Allow)), PolicyGenerator.Decision.Where(decision => decision.Action != SeccompAction.Trace));
        var fallbacks = format switch
        {
            SeccompFormat.Systemd => decisions.Where(decision => decision.Action != SeccompAction.Log),
            SeccompFormat.Kubernetes => PolicyGenerator.Decision.Select(decision => decision.Action is SeccompAction.Errno or SeccompAction.Trace ? new(decision.Action, 1) : decision),
            SeccompFormat.Minijail => Gen.OneOf(SeccompAction.KillThread, SeccompAction.KillProcess, SeccompAction.Trap, SeccompAction.Notify).Select(action => new SeccompDecision(action)),
            _ => PolicyGenerator.Decision,
        };
        string[] names = format == SeccompFormat.Oci || format == SeccompFormat.Kubernetes ? ["read", "ioctl", "lseek", "@sync", "kill", "getuid", "mmap"] : ["read", "socket", "ioctl", "lseek", "@sync", "kill", "getuid"];
        return from fallback in fallbacks
               from rules in PolicyGenerator.Rule(names, decisions, PolicyGenerator.Condition).SelectMany(rule => Gen.Int[0, format == SeccompFormat.Systemd ? 0 : 2].Select(most => new SeccompRule(rule.Names, rule.Action, Number(rule.Decision), rule.Conditions.Take(most)))).Array[1, 3]
               select new SeccompPolicy("random", fallback.Action, rules, Number(fallback), machine);
    }

    private static SeccompPolicy Read(string text, SeccompFormat format, SeccompArchitecture[] machine) => Assert.IsType<SeccompPolicy>(Assert.Single(SeccompFormats.Read(text, format, "random", On(machine))));

    private static SeccompImportContext On(SeccompArchitecture[] machine) => new() { Architecture = machine[0], Capabilities = ["CAP_KILL"], KernelVersion = new(6, 1) };

    private static int? Number(SeccompDecision decision) => decision.Action is SeccompAction.Errno or SeccompAction.Trace ? decision.Errno : null;
}
