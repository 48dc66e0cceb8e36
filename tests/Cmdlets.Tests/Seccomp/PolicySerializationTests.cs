using System.Collections;
using System.Management.Automation;
using CsCheck;
using Sandbox.Seccomp;

namespace Sandbox.Cmdlets.Tests.Seccomp;

/// <summary>What Export-Clixml, jobs and remoting make of the objects, and that cmdlets take it again.</summary>
public sealed class PolicySerializationTests : IDisposable
{
    private const string Again = "$again = { param($o) [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($o)) }; ";

    private static readonly SeccompPolicy Sample = new("sample", SeccompAction.Errno,
    [
        new(["read", "@sync"], SeccompAction.Allow),
        new(["mmap"], SeccompAction.Errno, 97, [new(0, SeccompOperator.Equal, 40), new(1, SeccompOperator.MaskedEqual, 0xffff_ffff_0000_000f, ulong.MaxValue << 32)]),
        new(["ptrace"], SeccompAction.Trace, 7),
        new(["getpid"], SeccompAction.Log),
        new(["close"], SeccompAction.Allow, architectures: [SeccompArchitecture.AArch64]),
    ], 38, [SeccompArchitecture.X86_64, SeccompArchitecture.AArch64], SeccompFilterFlags.Log | SeccompFilterFlags.ThreadSync, "for a test", "/run/s.sock", "m", [new("debugging", "a debugger")]);

    private readonly ModuleRunspace session = new();

    public void Dispose() => session.Dispose();

    [Fact]
    public void Rules_and_conditions_come_back_with_their_properties()
    {
        var bag = session.Invoke(Again + "& $again $args[0]", Sample).Succeeded().Objects.Single();
        Assert.Equal("Deserialized.Sandbox.Seccomp.SeccompPolicy", bag.TypeNames[0]);
        Assert.Equal(["X86_64", "AArch64"], List(bag, "Architectures").Select(o => o.ToString()));
        var rules = List(bag, "Rules").Select(PSObject.AsPSObject).ToArray();
        Assert.All(rules, rule => Assert.Equal("Deserialized.Sandbox.Seccomp.SeccompRule", rule.TypeNames[0]));
        Assert.Equal(["read", "@sync"], List(rules[0], "Names").Select(o => o.ToString()));
        Assert.Equal(("Errno", 97), (rules[1].Properties["Action"].Value.ToString(), rules[1].Properties["Errno"].Value));
        var conditions = List(rules[1], "Conditions").Select(PSObject.AsPSObject).ToArray();
        Assert.Equal(["0 Equal 40 0", "1 MaskedEqual 18446744069414584335 18446744069414584320"],
            conditions.Select(each => string.Join(' ', new[] { "Index", "Operator", "Value", "ValueTwo" }.Select(name => each.Properties[name].Value))));
        // Scripts compare them with words.
        Assert.True(session.Invoke(Again + "$p = & $again $args[0]; $p.Rules[1].Action -eq 'Errno' -and $p.DefaultAction -eq 'Errno' -and $p.Default.Errno -eq 38 -and @($p.Rules | Where-Object Names -Contains 'mmap').Count -eq 1", Sample).Single<bool>());
    }

    [Theory]
    [InlineData("New-SeccompPolicy -Policy $back")]
    [InlineData("Merge-SeccompPolicy $back -Name sample")]
    [InlineData("$back | Merge-SeccompPolicy -Name sample")]
    public void A_policy_that_comes_back_is_taken_for_the_one_that_it_was(string script)
    {
        var policy = session.Invoke(Again + "$back = & $again $args[0]; " + script, Sample).Single<SeccompPolicy>();
        Assert.Equal(Sample.Rules, policy.Rules);
        if (script.StartsWith("New", StringComparison.Ordinal)) Assert.Equal(Sample, policy);
    }

    [Fact]
    public void Random_policies_come_back_equal()
    {
        var policies = from rules in (from names in Gen.OneOf("read", "socket", "@sync", "ioctl", "mmap").Array[1, 3]
                                      from action in Gen.Enum<SeccompAction>()
                                      from errno in Gen.Int[0, 4095]
                                      from conditions in (from index in Gen.Int[0, 5] from op in Gen.Enum<SeccompOperator>() from value in Gen.ULong from two in Gen.ULong select new SeccompCondition(index, op, value, two)).Array[0, 3]
                                      select new SeccompRule(names, action, action is SeccompAction.Errno or SeccompAction.Trace ? errno : null, conditions)).Array[0, 5]
                       from fallback in Gen.Enum<SeccompAction>()
                       from architectures in Gen.Enum<SeccompArchitecture>().Array[1, 3]
                       select new SeccompPolicy("random", fallback, rules, null, architectures);
        policies.Sample(policy => Assert.Equal(policy, session.Invoke(Again + "New-SeccompPolicy -Policy (& $again $args[0])", policy).Single<SeccompPolicy>()), iter: 30, threads: 1);
    }

    [Theory]
    [InlineData("$back | Test-SeccompPolicy -Prove", true)]
    [InlineData("Test-SeccompPolicy $back mmap 40 -Decision 'Errno(97)'", false)]
    [InlineData("Test-SeccompPolicy $back mmap 40, 0xffffffff00000000 -Decision 'Errno(97)'", true)]
    [InlineData("Test-SeccompPolicy $back ptrace -Action Trace", true)]
    [InlineData("@(Compare-SeccompPolicy $args[0] $back).Count -eq 0", true)]
    [InlineData("@($back | Compare-SeccompPolicy strict).Count -gt 0", true)]
    [InlineData("($back | Measure-SeccompPolicy).Policy -eq 'sample'", true)]
    [InlineData("($back | ConvertFrom-SeccompPolicy -As Disassembly) -eq (ConvertFrom-SeccompPolicy $args[0] -As Disassembly)", true)]
    public void Every_cmdlet_takes_it(string script, bool answer) => Assert.Equal(answer, session.Invoke(Again + "$back = & $again $args[0]; " + script, Sample).Single<bool>());

    [Fact]
    public void A_run_takes_it() =>
        Assert.Equal(7, session.Invoke(Again + "(Start-HardenedProcess sh -ArgumentList '-c', 'exit 7' -SeccompPolicy (& $again (New-SeccompPolicy -Policy strict)) -Wait).ExitCode").Single<int>());

    [Theory]
    [InlineData("& $again @(Compare-SeccompPolicy strict standard) | Test-SeccompPolicy -Policy strict -Decision { $_.Reference }")]
    [InlineData("(& $again (New-SeccompPolicy '@basic', ptrace | Measure-SeccompPolicy)).Findings | Where-Object Witness | Test-SeccompPolicy -Policy (New-SeccompPolicy '@basic', ptrace)")]
    public void Witnesses_that_come_back_can_be_replayed(string script)
    {
        var answers = session.Invoke(Again + script).Succeeded().Objects;
        Assert.NotEmpty(answers);
        Assert.All(answers, answer => Assert.Equal(true, answer.BaseObject));
    }

    [Fact]
    public void Programs_and_tables_come_back_whole()
    {
        Assert.Empty(session.Invoke(Again + "$d = [System.IO.Directory]::CreateTempSubdirectory('clixml-').FullName; Export-SeccompPolicy -Policy strict $d/p.bpf; $global:program = & $again (Import-SeccompPolicy $d/p.bpf); [System.IO.Directory]::Delete($d, $true); $global:program | Compare-SeccompPolicy strict").Objects);
        Assert.True(session.Invoke("Test-SeccompPolicy strict -Prove -Program $global:program").Single<bool>());
        Assert.Equal("1, 2", session.Invoke(Again + "(& $again (Get-SeccompSyscall openat2 -Architecture X86_64)).PointerParameters -join ', '").Single<string>());
        Assert.True(session.Invoke(Again + "(& $again (Get-SeccompSet network)).Syscalls -contains 'socket'").Single<bool>());
    }

    [Theory]
    [InlineData("$text = [System.Management.Automation.PSSerializer]::Serialize($args[0]).Replace('>mmap<', '>mapm<'); New-SeccompPolicy -Policy ([System.Management.Automation.PSSerializer]::Deserialize($text))", "mapm")]
    [InlineData("$text = [System.Management.Automation.PSSerializer]::Serialize($args[0]).Replace('>97<', '>5000<'); Test-SeccompPolicy ([System.Management.Automation.PSSerializer]::Deserialize($text)) read", "from 0 to 4095, not 5000")]
    [InlineData("$text = [System.Management.Automation.PSSerializer]::Serialize($args[0]).Replace('>MaskedEqual<', '>MaskedEqul<'); Test-SeccompPolicy ([System.Management.Automation.PSSerializer]::Deserialize($text)) read", "Operator")]
    [InlineData("$text = [System.Management.Automation.PSSerializer]::Serialize($args[0]).Replace('N=\"DefaultErrno\"', 'N=\"x\"'); Test-SeccompPolicy ([System.Management.Automation.PSSerializer]::Deserialize($text)) read", "no DefaultErrno")]
    // As a session without the module's types writes it.
    [InlineData("$o = [pscustomobject]@{ Name = 'x'; DefaultAction = 'Allow'; Rules = @('read: Allow') }; $o.PSTypeNames.Insert(0, 'Deserialized.Sandbox.Seccomp.SeccompPolicy'); Test-SeccompPolicy $o read", "Rules[0] of the deserialised object is 'read: Allow' and no SeccompRule")]
    public void What_was_changed_to_what_no_policy_can_be_is_an_error(string script, string message) =>
        Assert.Contains(message, session.Invoke(script, Sample).SingleError().Exception.Message, StringComparison.Ordinal);

    private static IEnumerable<object> List(PSObject bag, string name) => ((IEnumerable)PSObject.AsPSObject(bag.Properties[name].Value).BaseObject).Cast<object>();
}
