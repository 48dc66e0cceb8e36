Describe 'Start-PacketCapture' {
    It 'refuses a bad filter before anything starts' {
        { Start-PacketCapture lo "$TestDrive/a.pcapng" -Filter 'udp prot 53' } | Should -Throw -ErrorId 'PacketCapture,FILTER,Sandbox.Cmdlets.StartPacketCaptureCommand'
        "$TestDrive/a.pcapng" | Should -Not -Exist
    }

    It 'names the interfaces where there is no such one' {
        { Start-PacketCapture eth77 "$TestDrive/a.pcapng" } | Should -Throw -ErrorId 'PacketCapture,NO_INTERFACE,Sandbox.Cmdlets.StartPacketCaptureCommand'
        { Watch-Packet eth77 } | Should -Throw -ErrorId 'PacketCapture,NO_INTERFACE,Sandbox.Cmdlets.WatchPacketCommand'
    }
}
